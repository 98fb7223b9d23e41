// SPDX-License-Identifier: Apache-2.0
/*
 * Net cost per packet: netmon's program beside minimal.bpf.c, by BPF_PROG_TEST_RUN with repeat.
 *
 *   packet_cost FLOWS.bpf.o MINIMAL.bpf.o DRIVE.bpf.o [--rounds N] [--repeat N]
 *
 * A round measures, one after the other, the driver with an empty program, with the minimal program and with
 * netmon's, without and with the health of TCP connections; the difference to the empty one is the net cost. Medians over the rounds. Times are CPU time of this
 * thread per run, so that other load on the machine disturbs little.
 *
 * Prints a table, and `ratio: N.NN` (netmon with health net / minimal net, one established TCP connection, data and
 * acknowledgments in turn).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "../bpf/netmon.h"

#define FIRST_PORT  1024
#define SERVER_PORT 443
#define MAX_ROUNDS  101
#define CLIENT_ISN  1000
#define SERVER_ISN  5000

struct packet {
	struct ethhdr eth;
	struct iphdr ip;
	struct tcphdr tcp;
	unsigned char payload[1448];
} __attribute__((packed));

/* LIGHT is netmon's program without the health of TCP connections. */
enum { EMPTY, MINIMAL, LIGHT, NETMON, PROGRAMS };

/* What each run is: the same pure ACK, the next data segment, or data and its acknowledgment in turn. */
enum traffic { SAME, ADVANCE, EXCHANGE };

static void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n");
	exit(1);
}

static struct bpf_object *open_object(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);

	if (!object)
		die("open %s: %s", path, strerror(errno));
	return object;
}

/* Where a variable of .rodata lies before load; dies if there is none. */
static void *constant(struct bpf_object *object, const char *name)
{
	const struct btf *btf = bpf_object__btf(object);
	int section = btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC);
	const struct btf_type *type = section < 0 ? NULL : btf__type_by_id(btf, section);
	struct bpf_map *map;

	bpf_object__for_each_map (map, object) {
		const char *map_name = bpf_map__name(map);
		size_t length = strlen(map_name), size;
		void *data;

		if (!type || length < 7 || strcmp(map_name + length - 7, ".rodata"))
			continue;
		data = (void *)bpf_map__initial_value(map, &size);
		for (int i = 0; i < btf_vlen(type); i++) {
			const struct btf_var_secinfo *variable = btf_var_secinfos(type) + i;
			const struct btf_type *t = btf__type_by_id(btf, variable->type);

			if (!strcmp(btf__name_by_offset(btf, t->name_off), name))
				return data + variable->offset;
		}
	}
	die("no constant %s", name);
	return NULL;
}

static int program_fd(struct bpf_object *object, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);

	if (!program)
		die("no program %s", name);
	return bpf_program__fd(program);
}

static int map_fd(struct bpf_object *object, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(object, name);

	if (fd < 0)
		die("no map %s", name);
	return fd;
}

static void load(struct bpf_object *object, const char *path)
{
	if (bpf_object__load(object))
		die("load %s: %s", path, strerror(errno));
}

static struct bpf_object *load_netmon(const char *path, bool health)
{
	const __u64 second = 1000000000;
	struct bpf_object *object = open_object(path);
	struct netmon_config *config = constant(object, "config");
	struct interface_info loopback = { .kind = INTERFACE_OTHER };
	struct bpf_program *program;
	__u32 ifindex = 1;

	*config = (struct netmon_config){
		.interval_ns = 5 * second,
		.tcp_idle_ns = 300 * second,
		.tcp_closed_ns = 5 * second,
		.udp_idle_ns = 60 * second,
		.icmp_idle_ns = 30 * second,
		.other_idle_ns = 60 * second,
		.overlay_ports = { 4789, 8472, 6081, 51820 },
		.tcp_health = health,
	};
	/* The iterators need a map at attach, not at load; only the packet programs are of use here. */
	bpf_object__for_each_program (program, object)
		if (bpf_program__type(program) != BPF_PROG_TYPE_SCHED_CLS)
			bpf_program__set_autoload(program, false);
	load(object, path);
	if (bpf_map_update_elem(map_fd(object, "interfaces"), &ifindex, &loopback, BPF_ANY))
		die("interfaces: %s", strerror(errno));
	return object;
}

/* Runs a program on a packet; returns nanoseconds of this thread's CPU time per run. */
static double run(int program, const void *packet, __u32 size, int repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = size, .repeat = repeat);
	struct timespec from, to;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	if (bpf_prog_test_run_opts(program, &options))
		die("test run: %s", strerror(errno));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	if ((int)options.retval != -1)
		die("verdict %d", (int)options.retval);
	return ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / repeat;
}

static struct packet segment(bool from_client, unsigned port, __u32 sequence, __u32 acknowledged, int payload)
{
	struct packet packet = { 0 };
	__u32 client = htonl(0x0a000001), server = htonl(0x0a000002);

	packet.eth.h_proto = htons(ETH_P_IP);
	packet.ip.version = 4;
	packet.ip.ihl = 5;
	packet.ip.ttl = 64;
	packet.ip.protocol = IPPROTO_TCP;
	packet.ip.tot_len = htons(sizeof(packet.ip) + sizeof(packet.tcp) + payload);
	packet.ip.saddr = from_client ? client : server;
	packet.ip.daddr = from_client ? server : client;
	packet.tcp.source = htons(from_client ? port : SERVER_PORT);
	packet.tcp.dest = htons(from_client ? SERVER_PORT : port);
	packet.tcp.seq = htonl(sequence);
	packet.tcp.ack_seq = htonl(acknowledged);
	packet.tcp.doff = 5;
	packet.tcp.window = htons(64000);
	packet.tcp.ack = 1;
	return packet;
}

#define HEADERS (sizeof(struct packet) - sizeof(((struct packet *)0)->payload))

/* SYN, SYN/ACK, ACK. */
static void establish(int program, unsigned port)
{
	struct packet packet = segment(true, port, CLIENT_ISN, 0, 0);

	packet.tcp.syn = 1;
	packet.tcp.ack = 0;
	run(program, &packet, HEADERS, 1);
	packet = segment(false, port, SERVER_ISN, CLIENT_ISN + 1, 0);
	packet.tcp.syn = 1;
	run(program, &packet, HEADERS, 1);
	packet = segment(true, port, CLIENT_ISN + 1, SERVER_ISN + 1, 0);
	run(program, &packet, HEADERS, 1);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, int count)
{
	qsort(values, count, sizeof(*values), compare);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* The figure means something only if every packet went the way that is measured: in a flow, with no detour. */
static void check(struct bpf_object *netmon, unsigned connections)
{
	struct netmon_counters sum = { 0 }, *each = calloc(libbpf_num_possible_cpus(), sizeof(*each));
	__u32 zero = 0;

	if (!each || bpf_map_lookup_elem(map_fd(netmon, "counters"), &zero, each))
		die("counters: %s", strerror(errno));
	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++) {
		sum.flows_created += each[cpu].flows_created;
		sum.skipped_packets += each[cpu].skipped_packets;
		sum.malformed += each[cpu].malformed;
		sum.flow_map_full += each[cpu].flow_map_full + each[cpu].flow_map_failed;
	}
	free(each);
	if (sum.flows_created != connections || sum.skipped_packets || sum.malformed || sum.flow_map_full)
		die("%llu flows for %u connections, %llu packets skipped, %llu malformed, %llu without a "
		    "flow",
		    sum.flows_created, connections, sum.skipped_packets, sum.malformed, sum.flow_map_full);
}

struct setup {
	const char *netmon, *minimal, *drive;
	int rounds, repeat;
};

/* A driver of its own for each program, so that each sees sequence numbers without a gap. */
static struct bpf_object *load_driver(const char *path, unsigned connections, int target)
{
	struct bpf_object *drive = open_object(path);
	__u32 next = CLIENT_ISN + 1, zero = 0;

	*(__u32 *)constant(drive, "connections") = connections;
	load(drive, path);
	for (__u32 i = 0; i < connections; i++)
		if (bpf_map_update_elem(map_fd(drive, "sequence"), &i, &next, BPF_ANY))
			die("sequence: %s", strerror(errno));
	if (bpf_map_update_elem(map_fd(drive, "target"), &zero, &target, BPF_ANY))
		die("tail call target: %s", strerror(errno));
	return drive;
}

/* One row of the table; returns the ratio. */
static double measure(const struct setup *setup, const char *name, unsigned connections, enum traffic traffic)
{
	struct bpf_object *minimal = open_object(setup->minimal), *empty = open_object(setup->drive);
	struct bpf_object *light = load_netmon(setup->netmon, false),
			  *netmon = load_netmon(setup->netmon, true);
	struct bpf_object *drivers[PROGRAMS];
	struct packet packet =
		segment(true, FIRST_PORT, CLIENT_ISN + 1, SERVER_ISN + 1, traffic == SAME ? 0 : 1448);
	__u32 size = traffic == SAME ? HEADERS : sizeof(packet);
	double cost[PROGRAMS][MAX_ROUNDS], net[PROGRAMS][MAX_ROUNDS], ratio[PROGRAMS][MAX_ROUNDS], result;
	int program[PROGRAMS];

	load(minimal, setup->minimal);
	load(empty, setup->drive);
	program[EMPTY] = program_fd(empty, "empty");
	program[MINIMAL] = program_fd(minimal, "minimal");
	program[LIGHT] = program_fd(light, "netmon_l2_in");
	program[NETMON] = program_fd(netmon, "netmon_l2_in");
	for (unsigned i = 0; i < connections; i++)
		for (int p = MINIMAL; p < PROGRAMS; p++)
			establish(program[p], FIRST_PORT + i);
	for (int p = 0; p < PROGRAMS; p++)
		drivers[p] = load_driver(setup->drive, connections, program[p]);

	/* Round -1 warms up. */
	for (int round = -1; round < setup->rounds; round++) {
		for (int p = 0; p < PROGRAMS; p++) {
			int fd = traffic == SAME ? program[p]
			                         : program_fd(drivers[p],
			                                      traffic == ADVANCE ? "advance" : "exchange");

			cost[p][round < 0 ? 0 : round] = run(fd, &packet, size, setup->repeat);
		}
	}
	check(light, connections);
	check(netmon, connections);
	for (int round = 0; round < setup->rounds; round++) {
		for (int p = 0; p < PROGRAMS; p++) {
			net[p][round] = cost[p][round] - cost[EMPTY][round];
			ratio[p][round] = net[p][round] / (cost[MINIMAL][round] - cost[EMPTY][round]);
		}
	}
	result = median(ratio[NETMON], setup->rounds);
	printf("| %s | %.1f | %.1f | %.1f | %.2f | %.1f | %.2f |\n", name, median(cost[EMPTY], setup->rounds),
	       median(net[MINIMAL], setup->rounds), median(net[LIGHT], setup->rounds),
	       median(ratio[LIGHT], setup->rounds), median(net[NETMON], setup->rounds), result);
	fflush(stdout);
	for (int p = 0; p < PROGRAMS; p++)
		bpf_object__close(drivers[p]);
	bpf_object__close(empty);
	bpf_object__close(minimal);
	bpf_object__close(light);
	bpf_object__close(netmon);
	return result;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'n' },
		{ "repeat", required_argument, NULL, 'r' },
		{ 0 },
	};
	struct setup setup = { .rounds = 21, .repeat = 500000 };
	double ratio;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			setup.rounds = atoi(optarg);
		else if (option == 'r')
			setup.repeat = atoi(optarg);
		else
			return 2;
	}
	if (argc - optind != 3 || setup.rounds < 1 || setup.rounds > MAX_ROUNDS || setup.repeat < 1)
		die("usage: packet_cost FLOWS.bpf.o MINIMAL.bpf.o DRIVE.bpf.o [--rounds 1..%d] [--repeat N]",
		    MAX_ROUNDS);
	setup.netmon = argv[optind];
	setup.minimal = argv[optind + 1];
	setup.drive = argv[optind + 2];

	printf("| case | empty ns | minimal net ns | without health net ns | ratio | netmon net ns | ratio "
	       "|\n"
	       "|---|---|---|---|---|---|---|\n");
	measure(&setup, "established TCP, data, 1 connection", 1, ADVANCE);
	ratio = measure(&setup, "established TCP, data and ACKs in turn, 1 connection", 1, EXCHANGE);
	measure(&setup, "established TCP, data, 64 connections in turn", 64, ADVANCE);
	measure(&setup, "established TCP, data and ACKs in turn, 64 connections", 64, EXCHANGE);
	measure(&setup, "established TCP, data, 16,384 connections in turn", 16384, ADVANCE);
	measure(&setup, "established TCP, data and ACKs in turn, 16,384 connections", 16384, EXCHANGE);
	measure(&setup, "established TCP, the same pure ACK", 1, SAME);
	printf("\nratio: %.2f\n", ratio);
	return 0;
}
