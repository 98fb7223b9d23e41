// SPDX-License-Identifier: Apache-2.0
/*
 * The least that takes records as they come: the same kernel programs, and a reader that sleeps until the ring has a
 * record, takes it and throws it away. What this costs on a machine is no agent's doing: waking a thread.
 *
 *   ring_floor FLOWS.bpf.o INTERFACE
 *
 * SIGUSR1 begins the measurement, SIGTERM ends it and prints one line: CPU in percent of a core, then median and
 * 99th percentile of the time from a record's departure to its arrival in microseconds, then wake-ups per record.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../bpf/netmon.h"

#define MAX_RECORDS 4000000

static volatile sig_atomic_t begin, end;
static long latency[MAX_RECORDS];
static long records;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		begin = 1;
	else
		end = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static long now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000 + time.tv_nsec;
}

static int take(void *context, void *data, size_t size)
{
	const struct flow_record *record = data;

	(void)context;
	(void)size;
	if (records < MAX_RECORDS)
		latency[records++] = now(CLOCK_MONOTONIC) - (long)record->time_ns;
	return 0;
}

static void attach(struct bpf_object *object, int ifindex, enum bpf_tc_attach_point point, const char *name)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = point);
	LIBBPF_OPTS(bpf_tc_opts, options,
	            .prog_fd = bpf_program__fd(bpf_object__find_program_by_name(object, name)));

	if (bpf_tc_attach(&hook, &options))
		die(name);
}

static int compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	struct interface_info info = { .kind = INTERFACE_POD };
	long wakes = 0, cpu, wall;
	struct bpf_program *program;
	struct ring_buffer *ring;
	struct bpf_object *object;
	struct pollfd ready;
	__u32 ifindex;

	if (argc != 3 || !(ifindex = if_nametoindex(argv[2])))
		die("usage: ring_floor FLOWS.bpf.o INTERFACE");
	signal(SIGUSR1, on_signal);
	signal(SIGTERM, on_signal);
	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		die(argv[1]);
	bpf_object__for_each_program (program, object)
		if (bpf_program__type(program) != BPF_PROG_TYPE_SCHED_CLS)
			bpf_program__set_autoload(program, false);
	if (bpf_object__load(object))
		die("load");
	if (bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "interfaces"), &ifindex, &info,
	                        BPF_ANY))
		die("interfaces");

	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	if (bpf_tc_hook_create(&hook))
		die("clsact");
	attach(object, ifindex, BPF_TC_INGRESS, "netmon_l2_in");
	attach(object, ifindex, BPF_TC_EGRESS, "netmon_l2_out");

	ready.fd = bpf_object__find_map_fd_by_name(object, "records");
	ready.events = POLLIN;
	ring = ring_buffer__new(ready.fd, take, NULL, NULL);
	if (!ring)
		die("ring");
	printf("ready\n");
	fflush(stdout);
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	wall = now(CLOCK_MONOTONIC);
	while (!end) {
		if (begin) {
			begin = 0;
			records = wakes = 0;
			cpu = now(CLOCK_PROCESS_CPUTIME_ID);
			wall = now(CLOCK_MONOTONIC);
		}
		if (poll(&ready, 1, -1) > 0) {
			wakes++;
			ring_buffer__consume(ring);
		}
	}
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	wall = now(CLOCK_MONOTONIC) - wall;
	bpf_tc_hook_destroy(&hook);
	if (!records)
		die("no records");
	qsort(latency, records, sizeof(*latency), compare);
	printf("%.3f %.1f %.1f %.2f\n", 100.0 * cpu / wall, latency[records / 2] / 1e3,
	       latency[records * 99 / 100] / 1e3, (double)wakes / records);
	return 0;
}
