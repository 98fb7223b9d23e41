/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * One packet, several interfaces: each direction of a flow is counted at one, its observer.
 *
 *  1. The first interface that sees the direction is its observer.
 *  2. A pod's own interface takes over from an uplink. What the uplink has counted by then is still on its way to the
 *     pod: it is a credit, and the pod's interface counts only what exceeds it. So nothing is counted twice and the
 *     sum is the larger of both.
 *  3. An observer that went away, or an uplink silent for 2 s while another interface sees the direction, is replaced
 *     (a route moved). What the other saw until then is in counters.skipped.
 */
#ifndef NETMON_OBSERVER_H
#define NETMON_OBSERVER_H

#include "packet.h"
#include "records.h"

#define SILENT_SECONDS         2
#define MAX_CREDIT_TRIES       8
#define CREDIT(packets, bytes) ((__u64)(packets) << CREDIT_SHIFT | (bytes))
#define CREDIT_PACKETS(credit) ((credit) >> CREDIT_SHIFT)
#define CREDIT_BYTES(credit)   ((credit) & ((1ull << CREDIT_SHIFT) - 1))

/*
 * An interface that is not its observer saw a direction: claim it, take it over, or leave it.
 * Returns the observer that this packet counts for: `here` with its OBSERVER_POD bit, or 0 if another one counts it.
 */
static __always_inline __u32 claim(struct flow_value *v, __u32 e, __u32 here, __u64 now)
{
	__u32 ifindex = here & OBSERVER_IFINDEX;
	struct interface_info *info = bpf_map_lookup_elem(&interfaces, &ifindex);
	__u32 mine = here | (info && info->kind == INTERFACE_POD ? OBSERVER_POD : 0);
	__u32 owner = __sync_val_compare_and_swap(&v->state.observer[e], 0, mine);

	if (!owner || owner == mine)
		return mine;

	__u32 owner_ifindex = owner & OBSERVER_IFINDEX;

	if (!bpf_map_lookup_elem(&interfaces, &owner_ifindex)) {
		v->credit[e] = 0;
	} else if (owner & OBSERVER_POD) {
		return 0;
	} else if (info && (mine & OBSERVER_POD)) {
		/* Attached after the flow began: what the uplink counted has long passed here. */
		if (info->since_ns > v->state.first_ns)
			v->credit[e] = 0;
		else if (CREDIT_PACKETS(v->credit[e]) >= CREDIT_MAX_PACKETS)
			return 0;
		if (__sync_val_compare_and_swap(&v->state.observer[e], owner, mine) != owner)
			return 0;
		count(handovers, 1);
		return mine;
	} else if ((__u8)(TO_SECONDS(now) - v->state.seen[e]) < SILENT_SECONDS) {
		return 0;
	}
	if (__sync_val_compare_and_swap(&v->state.observer[e], owner, mine) != owner)
		return 0;
	count(takeovers, 1);
	return mine;
}

/*
 * Take from `p` what the uplink has counted of it. Several CPUs may be at one credit; what is not taken is counted. A
 * global function: the verifier looks at its loop once, not in every state of every program.
 */
__noinline int use_credit(struct flow_value *v, struct packet *p, __u32 e)
{
	if (!v || !p || e > 1)
		return 0;
	for (int i = 0; i < MAX_CREDIT_TRIES; i++) {
		__u64 credit = *(volatile __u64 *)&v->credit[e];
		__u64 packets = minimum(CREDIT_PACKETS(credit), p->packets);
		__u64 bytes = minimum(CREDIT_BYTES(credit), p->bytes);

		if (!credit)
			return 0;
		if (__sync_val_compare_and_swap(&v->credit[e], credit, credit - CREDIT(packets, bytes)) !=
		    credit)
			continue;
		count(skipped_packets, packets * p->rate);
		count(skipped_bytes, bytes * p->rate);
		p->packets -= packets;
		p->bytes -= bytes;
		return 0;
	}
	return 0;
}

/* True if this packet, or the part of it that `p` still says on return, counts here. */
static __always_inline bool observe_here(struct flow_value *v, struct packet *p, __u32 e, __u32 here,
                                         __u64 now)
{
	/* Read once: a pod's interface may claim the direction while an uplink's packet is in this function. */
	__u32 observer = *(volatile __u32 *)&v->state.observer[e];

	if (unlikely((observer & ~OBSERVER_POD) != here)) {
		observer = claim(v, e, here, now);
		if (!observer) {
			count(skipped_packets, p->packets * p->rate);
			count(skipped_bytes, p->bytes * p->rate);
			return false;
		}
	}
	v->state.seen[e] = TO_SECONDS(now);
	if (observer & OBSERVER_POD) {
		if (unlikely(v->credit[e]))
			use_credit(v, p, e);
		return p->packets || p->bytes;
	}
	if (CREDIT_PACKETS(v->credit[e]) < CREDIT_MAX_PACKETS)
		__sync_fetch_and_add(&v->credit[e], CREDIT(p->packets, p->bytes));
	return true;
}

#endif
