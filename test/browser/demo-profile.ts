import type { Profile } from "../../profile/profile.ts";
import { type MadeFrame, type MadeStack, madeProfile, type Place } from "../viewer/made-profile.ts";

/** Profiles for the browser tests, the same at each run. */

/** Numbers from 0 to 1 that repeat (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const MODULE = {
  nginx: "/usr/sbin/nginx",
  node: "/usr/bin/node",
  postgres: "/usr/lib/postgresql/16/bin/postgres",
  ssl: "/usr/lib/x86_64-linux-gnu/libcrypto.so.3",
};

/** `name@k`: k kernel, l library, j JIT; `name!` is inlined; others are of `module`. */
function path(text: string, module: string): MadeFrame[] {
  return text.split(" ").map((word) => {
    const [, name, inlined, place] = /^(.*?)(!?)(?:@([klj]))?$/.exec(word) ?? [];
    const frame: MadeFrame = { name: name.replaceAll("~", " "), inlined: inlined === "!" };
    if (place === "l" && /^(EVP|SSL|sha|aes|gcm)/.test(name)) return { ...frame, module: MODULE.ssl };
    if (place) return { ...frame, place: place as Place };
    return {
      ...frame,
      module,
      file: `src/${name.replace(/\W.*/, "").toLowerCase()}.c`,
      line: 40 + name.length * 7,
    };
  });
}

const SYSCALL = "entry_SYSCALL_64_after_hwframe@k do_syscall_64@k";
const NGINX =
  "_start __libc_start_main@l main ngx_master_process_cycle ngx_spawn_process ngx_worker_process_cycle ngx_process_events_and_timers";
const HTTP = `${NGINX} ngx_epoll_process_events ngx_http_wait_request_handler ngx_http_process_request_line ngx_http_core_run_phases`;
const SEND = `writev@l ${SYSCALL} __x64_sys_writev@k vfs_writev@k sock_write_iter@k sock_sendmsg@k tcp_sendmsg@k tcp_sendmsg_locked@k`;
const NODE =
  "_start __libc_start_main@l main node::Start(int,~char**) node::SpinEventLoopInternal(node::Environment*) uv_run";
const JS = `${NODE} uv__io_poll node::HTTPParser::Execute(char~const*,~unsigned~long) Builtins_JSEntry@j LazyCompile:*onIncoming~server.js:41@j LazyCompile:*handle~router.js:118@j`;
const PG =
  "_start __libc_start_main@l main PostmasterMain ServerLoop BackendStartup PostgresMain exec_simple_query PortalRun PortalRunSelect standard_ExecutorRun ExecutePlan!";

const FIRST_PID = { nginx: 812, node: 1034, postgres: 1207 };

/** (process, thread, stack, weight). */
const SCENES: [process: keyof typeof FIRST_PID, thread: string, text: string, weight: number][] = [
  [
    "nginx",
    "nginx",
    `${HTTP} ngx_http_static_handler ngx_http_output_filter ngx_http_gzip_body_filter deflate@l deflate_slow@l longest_match!@l`,
    260,
  ],
  [
    "nginx",
    "nginx",
    `${HTTP} ngx_http_static_handler ngx_http_output_filter ngx_http_write_filter ${SEND} tcp_push@k __tcp_push_pending_frames@k tcp_write_xmit@k __tcp_transmit_skb@k ip_queue_xmit@k __ip_queue_xmit@k ip_finish_output2@k __dev_queue_xmit@k`,
    190,
  ],
  [
    "nginx",
    "nginx",
    `${HTTP} ngx_http_static_handler ngx_http_output_filter ngx_http_write_filter ${SEND} skb_copy_to_page_nocache@k _copy_from_iter@k copy_user_enhanced_fast_string@k`,
    120,
  ],
  [
    "nginx",
    "nginx",
    `${NGINX} ngx_epoll_process_events epoll_wait@l ${SYSCALL} __x64_sys_epoll_wait@k do_epoll_wait@k ep_poll@k schedule_hrtimeout_range@k schedule@k __schedule@k`,
    70,
  ],
  [
    "nginx",
    "nginx",
    `${HTTP} ngx_ssl_recv SSL_read@l EVP_DecryptUpdate@l aes_gcm_dec_update@l gcm_ghash_avx@l`,
    95,
  ],
  [
    "node",
    "node",
    `${JS} LazyCompile:*render~view.js:12@j LazyCompile:*escapeHtml~view.js:90@j Builtins_StringPrototypeReplace@j Builtins_RegExpPrototypeExec@j`,
    310,
  ],
  [
    "node",
    "node",
    `${JS} LazyCompile:~parseBody~body.js:7@j Builtins_JsonParse@j v8::internal::JsonParser<unsigned~char>::ParseJsonValue() v8::internal::Factory::NewJSObject(v8::internal::Handle<v8::internal::JSFunction>)!`,
    180,
  ],
  [
    "node",
    "node",
    `${JS} LazyCompile:*query~db.js:55@j LazyCompile:*serialize~protocol.js:201@j Builtins_ArrayPrototypePush@j`,
    90,
  ],
  [
    "node",
    "node",
    `${NODE} uv__run_timers node::Environment::RunTimers(uv_timer_s*) Builtins_JSEntry@j LazyCompile:~processTimers~timers.js:512@j LazyCompile:*sweep~cache.js:33@j`,
    60,
  ],
  [
    "node",
    "node",
    `${JS} LazyCompile:*render~view.js:12@j v8::internal::Heap::CollectGarbage(v8::internal::AllocationSpace) v8::internal::ScavengerCollector::CollectGarbage()`,
    85,
  ],
  [
    "node",
    "V8Worker",
    "clone3@l start_thread@l node::WorkerThread(void*) v8::internal::ConcurrentMarking::RunMajor(v8::JobDelegate*) v8::internal::MarkingVisitorBase::VisitJSObject()",
    130,
  ],
  [
    "node",
    "V8Worker",
    `clone3@l start_thread@l node::WorkerThread(void*) uv_cond_wait pthread_cond_wait@l ${SYSCALL} __x64_sys_futex@k do_futex@k futex_wait@k schedule@k`,
    25,
  ],
  [
    "node",
    "libuv-worker",
    `clone3@l start_thread@l uv__fs_work read@l ${SYSCALL} ksys_read@k vfs_read@k ext4_file_read_iter@k filemap_read@k copy_page_to_iter@k`,
    75,
  ],
  [
    "postgres",
    "postgres",
    `${PG} ExecProcNode! ExecHashJoin ExecScanHashBucket ExecEvalExpr! ExecInterpExpr slot_deform_heap_tuple`,
    230,
  ],
  [
    "postgres",
    "postgres",
    `${PG} ExecProcNode! ExecSort tuplesort_performsort qsort_tuple comparetup_heap! varstr_cmp strcoll_l@l`,
    160,
  ],
  [
    "postgres",
    "postgres",
    `${PG} ExecProcNode! ExecSeqScan heap_getnextslot heapgetpage ReadBufferExtended smgrread FileRead pread64@l ${SYSCALL} __x64_sys_pread64@k vfs_read@k ext4_file_read_iter@k filemap_get_pages@k page_cache_ra_unbounded@k submit_bio@k`,
    140,
  ],
  [
    "postgres",
    "walwriter",
    `_start __libc_start_main@l main WalWriterMain XLogBackgroundFlush XLogWrite fdatasync@l ${SYSCALL} __x64_sys_fdatasync@k ext4_sync_file@k jbd2_complete_transaction@k`,
    45,
  ],
];
const SIDE_CALLS = [
  "memcpy@l",
  "malloc@l _int_malloc@l",
  "free@l",
  "asm_sysvec_apic_timer_interrupt@k irq_exit_rcu@k __do_softirq@k",
  "asm_exc_page_fault@k do_user_addr_fault@k handle_mm_fault@k clear_page_erms@k",
  "memset@l",
  "pthread_mutex_lock@l",
];

/** A web server, an application and a database: kernel, program, library and JIT frames, threads, several processes. */
export function demoProfile(): Profile {
  const random = randomNumbers(7);
  const stacks: MadeStack[] = [];
  for (const [process, thread, text, weight] of SCENES) {
    const frames = path(text, MODULE[process]);
    const workers = process === "node" ? 1 : 3;
    for (let worker = 0; worker < workers; worker++) {
      const pid = FIRST_PID[process] + worker;
      const made = { process, pid, thread, tid: thread === process ? pid : pid + 10 + thread.length };
      stacks.push({ ...made, frames, count: Math.ceil((weight * (0.6 + random())) / workers) });
      // Samples end on the way too, and in small calls that everything makes.
      for (let depth = 6; depth < frames.length; depth++) {
        if (random() < 0.45) continue;
        const above = frames.slice(0, depth);
        const kernel = above.at(-1)?.place === "k";
        const side = SIDE_CALLS[Math.floor(random() * SIDE_CALLS.length)];
        const tail = random() < 0.5 || kernel ? [] : path(side, MODULE[process]);
        stacks.push({ ...made, frames: [...above, ...tail], count: Math.ceil((random() ** 3 * weight) / 9) });
      }
    }
  }
  return madeProfile(stacks, {
    target: "all processes",
    commandLine: "stapflame record --all --duration 10 --output web.html",
    host: "web-3",
    kernel: "6.1.0-28-amd64 x86_64",
    drops: [{ count: 12, cause: "the table of stacks was full" }],
    warnings: ["4 of 61 mapped files have no symbols; their frames show file and offset."],
  });
}

/** As many distinct stacks as asked for, of random calls; deep and wide like a big program. */
export function bigProfile(stackCount: number): Profile {
  const random = randomNumbers(11);
  const frames: MadeFrame[] = Array.from({ length: 3_000 }, (_, i) => ({
    name: `module${i % 37}::function_${i}(int)`,
    place: i % 9 === 0 ? "k" : i % 4 === 0 ? "l" : "u",
  }));
  const stacks: MadeStack[] = [];
  let stack: MadeFrame[] = [];
  for (let i = 0; i < stackCount; i++) {
    // Stacks share the beginning with the one before, as the ones of a program do.
    stack = stack.slice(0, Math.floor(random() ** 0.5 * stack.length));
    const depth = stack.length + 1 + Math.floor(random() * 12);
    while (stack.length < Math.min(depth, 60)) {
      stack = [...stack, frames[Math.floor(random() ** 2 * frames.length)]];
    }
    stacks.push({
      process: `worker${i % 3}`,
      pid: 100 + (i % 3),
      frames: stack,
      count: 1 + Math.floor(9 * random() ** 4),
    });
  }
  return madeProfile(stacks);
}

/** A recursion of `depth` frames with some calls on the way. */
export function deepProfile(depth: number): Profile {
  const frames: MadeFrame[] = [{ name: "main" }];
  for (let i = 1; i < depth; i++) frames.push({ name: i % 3 === 0 ? "visit_node" : `descend_${i % 50}` });
  const stacks: MadeStack[] = [{ frames, count: 900 }];
  for (let i = 100; i < depth; i += 250) {
    stacks.push({
      frames: [...frames.slice(0, i), { name: "compare_keys" }, { name: "memcmp", place: "l" }],
      count: 20,
    });
  }
  return madeProfile(stacks, { target: "./recurse 5000" });
}

export const HOSTILE_NAMES = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(2)>',
  "</script><script>alert(3)</script>",
  "two\nlines\tand a tab",
  "L".repeat(10_000),
  "right\u202eot-left",
  "javascript:alert(4)",
  "&lt;b&gt; $& $1 $`{alert(5)} {{alert(6)}}",
  "__proto__",
  "constructor",
];

export function hostileProfile(): Profile {
  return madeProfile(
    HOSTILE_NAMES.flatMap((name, index) => [
      {
        process: name,
        pid: index,
        thread: name,
        frames: [{ name, file: name, module: name }, { name: "leaf" }],
        count: 20,
      },
      { frames: [{ name: "main" }, { name }], count: 10 },
    ]),
    {
      target: HOSTILE_NAMES[0],
      commandLine: HOSTILE_NAMES[1],
      host: HOSTILE_NAMES[5],
      warnings: [...HOSTILE_NAMES],
      drops: [{ count: 3, cause: HOSTILE_NAMES[2] }],
    },
  );
}
