import { describe, expect, it } from "vitest";
import {
  installHeaders,
  installPackages,
  parseDistribution,
} from "../../../collector/modules/distribution.ts";

describe("the distribution", () => {
  it.each([
    ['PRETTY_NAME="Debian GNU/Linux 13"\nID=debian\n', "debian"],
    ["ID=linuxmint\nID_LIKE=ubuntu\n", "debian"],
    ['ID="rhel"\nID_LIKE="fedora"\n', "redhat"],
    ['ID="amzn"\nID_LIKE="centos rhel fedora"\n', "redhat"],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "suse"],
    ['ID="sles"\nID_LIKE="suse"\n', "suse"],
    ["ID=arch\n", "other"],
    ["", "other"],
  ])("%j is %s", (text, distribution) => {
    expect(parseDistribution(text)).toBe(distribution);
  });

  it("names the package of a kernel's headers", () => {
    expect(installHeaders("6.12.48+deb13-amd64", "debian")).toContain(
      "apt install linux-headers-6.12.48+deb13-amd64`",
    );
    expect(installHeaders("5.14.0-503.el9.x86_64", "redhat")).toContain("kernel-devel-5.14.0-503.el9.x86_64");
    expect(installHeaders("6.4.0-150600.23-default", "suse")).toContain("kernel-default-devel");
    expect(installHeaders("6.4.0-150600.10-azure", "suse")).toContain("kernel-azure-devel");
    expect(installPackages(["make", "gcc"], "redhat")).toContain("dnf install make gcc");
  });
});
