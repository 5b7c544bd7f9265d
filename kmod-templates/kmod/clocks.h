/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* The clock of each CPU, made and removed as CPUs come and go. */
#ifndef STAPFLAME_CLOCKS_H
#define STAPFLAME_CLOCKS_H

#include <linux/cpuhotplug.h>
#include <linux/perf_event.h>
#include "sample.h"

#define SF_LONGEST_SPREAD_NS 10000000ull

static int sf_hotplug_state;

/*
 * From now to the first tick of a CPU's clock: each has a place of its own in a period, or in 10 ms. Clocks that tick together do so
 * ever after; of CPUs that hold each other up, the one that is sampled last would be seen in what it does while the others stand
 * still to be sampled.
 */
static u64 sf_first_period(const struct sf_session *session, unsigned int number)
{
	u64 period = session->period_ns;
	u64 place = div_u64(min_t(u64, period, SF_LONGEST_SPREAD_NS) * (number % session->cpus), session->cpus);
	u64 gone;

	div64_u64_rem(ktime_get_mono_fast_ns() - session->start_ns + period - place, period, &gone);
	return period - gone;
}

/* Runs on the CPU that came, and for each running CPU when a recording begins to sample. */
static int sf_cpu_online(unsigned int number, struct hlist_node *node)
{
	struct sf_session *session = hlist_entry(node, struct sf_session, hotplug);
	struct sf_cpu *cpu = &session->per_cpu[number];
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.size = sizeof(attr),
		.sample_period = session->period_ns,
		.disabled = 1,
	};
	struct perf_event *clock = perf_event_create_kernel_counter(&attr, number, NULL, sf_on_clock, cpu);

	/* A recording that runs must never keep a CPU from coming: it does without that CPU. */
	if (IS_ERR(clock))
		return session->follows_hotplug ? 0 : PTR_ERR(clock);
	cpu->clock = clock;
	local64_set(&clock->hw.period_left, sf_first_period(session, number));
	perf_event_enable(clock);
	return 0;
}

/* When it returns, the CPU's handler does not run and will not. */
static int sf_cpu_offline(unsigned int number, struct hlist_node *node)
{
	struct sf_session *session = hlist_entry(node, struct sf_session, hotplug);
	struct sf_cpu *cpu = &session->per_cpu[number];

	if (cpu->clock)
		perf_event_release_kernel(cpu->clock);
	cpu->clock = NULL;
	return 0;
}

static int sf_start_clocks(struct sf_session *session)
{
	int error = cpuhp_state_add_instance(sf_hotplug_state, &session->hotplug);

	session->follows_hotplug = !error;
	return error;
}

static void sf_remove_clocks(struct sf_session *session)
{
	if (session->follows_hotplug)
		cpuhp_state_remove_instance(sf_hotplug_state, &session->hotplug);
	session->follows_hotplug = false;
}

static int sf_init_clocks(const char *name)
{
	int state = cpuhp_setup_state_multi(CPUHP_AP_ONLINE_DYN, name, sf_cpu_online, sf_cpu_offline);

	if (state < 0)
		return state;
	sf_hotplug_state = state;
	return 0;
}

static void sf_exit_clocks(void)
{
	cpuhp_remove_multi_state(sf_hotplug_state);
}

#endif
