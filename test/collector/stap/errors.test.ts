import { describe, expect, it } from "vitest";
import { explainFailure, type FailureContext } from "../../../collector/stap/errors.ts";
import { COMPILE_FAILED_DEBIAN_12, START_FAILED_DEBIAN_13 } from "./captured.ts";

const context: FailureContext = {
  release: "6.12.117+deb13-cloud-amd64",
  distribution: "debian",
  stapVersion: "5.1",
};

describe("an error of SystemTap in plain words", () => {
  it("names the package of missing headers (stap 4.8, 5.1 and 5.6 say it alike)", () => {
    const said = `Checking "/lib/modules/6.1.0-99-amd64/build/.config" failed with error: No such file or directory
Tip: /usr/share/doc/systemtap/README.Debian should help you get started.`;
    const remedy = (distribution: FailureContext["distribution"], release = context.release) =>
      explainFailure(said.replace("6.1.0-99-amd64", release), { ...context, distribution }).remedy;
    expect(explainFailure(said, context).message).toBe("SystemTap finds no headers of kernel 6.1.0-99-amd64");
    expect(remedy("debian", "6.1.0-99-amd64")).toContain("apt install linux-headers-6.1.0-99-amd64");
    expect(remedy("redhat", "6.12.0-1.fc42.x86_64")).toContain(
      "dnf install kernel-devel-6.12.0-1.fc42.x86_64",
    );
    expect(remedy("suse", "6.4.0-150600.23-default")).toContain("zypper install kernel-default-devel");
  });

  it("tells of a module for another kernel (staprun 5.6)", () => {
    const said = "ERROR: Couldn't insert module 'x1.ko': Invalid module format";
    expect(explainFailure(said, context).message).toContain("not of the kernel that runs");
  });

  it("tells of the groups that may use SystemTap (staprun 5.1)", () => {
    const said = `ERROR: Couldn't insert module '/tmp/w/x.ko': Unknown symbol in module
ERROR: Members of the "stapusr" and "stapsys" groups can only use unsigned modules within
  the "/lib/modules/6.12.117+deb13-cloud-amd64/systemtap" directory.`;
    const { message, remedy } = explainFailure(said, context);
    expect(message).toContain("stapdev and stapusr");
    expect(remedy).toContain("sudo");
  });

  it("tells of a folder that cannot be written to (stap 5.1)", () => {
    const said = `WARNING: failed to create systemtap data directory "/root/.systemtap" Permission denied, disabling cache support.
cannot create temporary directory (" /tmp/stapyUpqwz "): Permission denied`;
    expect(explainFailure(said, context).remedy).toContain("TMPDIR");
  });

  it.each([
    ["Couldn't insert module '/tmp/x.ko': Required key not available", "signed"],
    ["Couldn't insert module '/tmp/x.ko': Key was rejected by service", "signed"],
    ["Couldn't insert module '/tmp/x.ko': Operation not permitted", "root"],
    ["Couldn't insert module '/tmp/x.ko': Cannot allocate memory", "memory"],
    ["/tmp/stapX/x_src.c:1: fatal error: error writing to x.o: No space left on device", "space"],
  ])("%s", (said, word) => {
    expect(explainFailure(`ERROR: ${said}`, context).message).toContain(word);
  });

  it("gives the compiler's first complaint where nothing else is known", () => {
    const { message } = explainFailure(COMPILE_FAILED_DEBIAN_12, { ...context, stapVersion: "4.8" });
    expect(message).toContain("SystemTap 4.8 failed:");
    expect(message).toContain("stp_task_work.c:107:40: error: passing argument 2");
  });

  it("says when the kernel is newer than what SystemTap was tried with", () => {
    const said = `/tmp/stapX/x_src.c:9:1: error: too few arguments to function 'uprobe_register'
Pass 4: compilation failed.  [man error::pass4]
Kernel version 6.12.117+deb13 is outside tested range 2.6.32 ... 6.9-rc0`;
    const { message, remedy } = explainFailure(said, context);
    expect(message).toContain("tried with kernels up to 6.9-rc0, fails with 6.12.117+deb13-cloud-amd64");
    expect(message).toContain("too few arguments");
    expect(remedy).toContain("Update SystemTap");
  });

  it("gives the line with ERROR, not the last", () => {
    expect(explainFailure(START_FAILED_DEBIAN_13, context).message).toContain(
      "Can't resolve uprobe_unregister!",
    );
  });
});
