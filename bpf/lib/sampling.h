/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * One flow of N is counted, chosen by a hash that every node and every observation point computes alike.
 *
 *  1. The hash is that of the client's socket: protocol, and address and port of the end with the larger port. So a service's
 *     translation of the other end does not change it. Where ports do not tell (equal, or none), it is that of both ends.
 *  2. A flow is chosen if its hash is not above 2^32 / N - 1: what a larger N chooses, a smaller one chooses, too.
 *  3. Each packet is judged by the N of its time, and an entry keeps the N at which its counts came about. When N has
 *     changed, the counts leave first, in a record that says their N: by the flow's next packet, or by the sweep, which
 *     ends the flows that are no longer chosen.
 */
#ifndef NETMON_SAMPLING_H
#define NETMON_SAMPLING_H

#include "packet.h"
#include "records.h"

/* In a data section, which user space maps: to read it costs a load, where an array's element would cost ten instructions. */
volatile struct netmon_sampling sampling SEC(".data.sampling") __attribute__((aligned(8))) = {
	.rate = 1,
	.threshold = 0xffffffff,
};

/* Both fields by one load, as user space writes them by one store. */
static __always_inline struct netmon_sampling sampling_now(void)
{
	struct netmon_sampling now;

	*(__u64 *)&now = *(volatile __u64 *)&sampling;
	return now;
}

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014), variant 13 of Stafford: each bit depends on each. */
static __always_inline __u64 scatter(__u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* Bytes of the address in network order on machines of either kind. */
static __always_inline __u64 hash_socket(__u64 high, __u64 low, __u16 port, __u8 protocol)
{
	__u64 x = scatter(bpf_be64_to_cpu(high) + protocol);

	x = scatter(x ^ bpf_be64_to_cpu(low));
	return scatter(x ^ port);
}

static __always_inline __u32 sampling_hash(const struct flow_key *k)
{
	bool first = k->port[0] > k->port[1];
	__u64 x = hash_socket(first ? k->addr[0][0] : k->addr[1][0], first ? k->addr[0][1] : k->addr[1][1],
	                      first ? k->port[0] : k->port[1], k->protocol);

	if (k->port[0] == k->port[1])
		x = scatter(x + hash_socket(k->addr[0][0], k->addr[0][1], k->port[0], k->protocol));
	return x >> 32;
}

static __always_inline bool is_chosen(const struct flow_key *k, __u32 threshold)
{
	return sampling_hash(k) <= threshold;
}

/* A global function, as is what follows: none of it is in the way of the packets of a program that counts all. */
__noinline int choose(struct packet *p, __u32 threshold)
{
	__u32 zero = 0;
	struct netmon_counters *c = bpf_map_lookup_elem(&counters, &zero);

	if (!p || !c)
		return 0;
	if (!is_chosen(&p->key, threshold)) {
		c->unsampled_packets += p->packets;
		c->unsampled_bytes += p->bytes;
		return 0;
	}
	c->sampled_packets += p->packets;
	c->sampled_bytes += p->bytes;
	c->estimated_packets += p->packets * p->rate;
	c->estimated_bytes += p->bytes * p->rate;
	return 1;
}

/* Whether the packet's flow is counted. */
static __always_inline bool is_sampled(struct packet *p)
{
	struct netmon_sampling now = sampling_now();

	p->rate = now.rate;
	return likely(now.rate == 1) || choose(p, now.threshold);
}

/*
 * The rate is not that of the entry's counts: those leave. Where the ring has no room, the packet counts at the rate before,
 * and the next one tries again. A packet that another CPU had judged by then counts at the new one: at most one of each CPU.
 */
__noinline int change_rate(struct flow_value *v, struct packet *p, __u64 now)
{
	if (!v || !p)
		return 0;
	if (!has_pending(v) || emit(&p->key, v, now, RECORD_UPDATE))
		v->sampling_rate = p->rate;
	return 0;
}

#endif
