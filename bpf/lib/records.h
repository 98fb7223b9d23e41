/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Counts leave the flow map as deltas: a record takes (swaps with 0) what came since the record before. Every count is
 * taken by exactly one record, on whatever CPU; one that can't leave stays in the map.
 */
#ifndef NETMON_RECORDS_H
#define NETMON_RECORDS_H

#include "counters.h"

/* Coarse clock of reported_ms and seen: 2^20 ns and 2^30 ns. */
#define TO_MS(ns)      ((__u32)((ns) >> 20))
#define TO_SECONDS(ns) ((__u8)((ns) >> 30))

/* Most events never happen: look before the exchange. */
#define take(field) ((field) ? __sync_lock_test_and_set(&(field), 0) : 0)

static __always_inline bool has_pending(const struct flow_value *v)
{
	return v->traffic.packets[0] || v->traffic.packets[1] || v->traffic.bytes[0] || v->traffic.bytes[1];
}

static __always_inline void fill_record(struct flow_record *r, const struct flow_key *key,
                                        struct flow_value *v, __u64 now, __u32 reason)
{
	__builtin_memcpy(&r->key, key, sizeof(*key));
	r->time_ns = now;
	for (int e = 0; e < 2; e++) {
		r->traffic.packets[e] = take(v->traffic.packets[e]);
		r->traffic.bytes[e] = take(v->traffic.bytes[e]);
		r->events.retransmitted_bytes[e] = take(v->events.retransmitted_bytes[e]);
		r->events.retransmits[e] = take(v->events.retransmits[e]);
		r->events.zero_windows[e] = take(v->events.zero_windows[e]);
		r->events.resets[e] = take(v->events.resets[e]);
		r->events.zero_window_ns[e] = take(v->events.zero_window_ns[e]);
		r->events.fast_retransmits[e] = take(v->events.fast_retransmits[e]);
		r->events.timeout_retransmits[e] = take(v->events.timeout_retransmits[e]);
		r->events.spurious_retransmits[e] = take(v->events.spurious_retransmits[e]);
		r->events.out_of_order[e] = take(v->events.out_of_order[e]);
		r->events.duplicate_acks[e] = take(v->events.duplicate_acks[e]);
		r->events.gaps[e] = take(v->events.gaps[e]);
		r->events.window_full[e] = take(v->events.window_full[e]);
	}
	r->events.syn_retries = take(v->events.syn_retries);
	r->events.icmp_errors = take(v->events.icmp_errors);
	r->round_trips = v->round_trips;
	r->state = v->state;
	r->handshake = v->handshake;
	r->extremes = v->extremes;
	r->reason = reason;
	r->reserved = 0;
}

/* Undo the taking of a record that could not leave. */
static __always_inline void give_back(const struct flow_record *r, struct flow_value *v)
{
	for (int e = 0; e < 2; e++) {
		__sync_fetch_and_add(&v->traffic.packets[e], r->traffic.packets[e]);
		__sync_fetch_and_add(&v->traffic.bytes[e], r->traffic.bytes[e]);
		__sync_fetch_and_add(&v->events.retransmitted_bytes[e], r->events.retransmitted_bytes[e]);
		__sync_fetch_and_add(&v->events.retransmits[e], r->events.retransmits[e]);
		__sync_fetch_and_add(&v->events.zero_windows[e], r->events.zero_windows[e]);
		__sync_fetch_and_add(&v->events.resets[e], r->events.resets[e]);
	}
	__sync_fetch_and_add(&v->events.syn_retries, r->events.syn_retries);
	__sync_fetch_and_add(&v->events.icmp_errors, r->events.icmp_errors);
}

/* When the reader may be woken next, if wake-ups came evenly (GCRA, ITU-T I.371). A race costs one wake-up too many. */
__u64 next_wake;

/* A wake-up costs the reader more than ten records do: a busy host gets few, a quiet one no delay. */
static __always_inline __u64 wake_flag(__u64 now)
{
	__u64 next = next_wake;

	if (next > now)
		return BPF_RB_NO_WAKEUP;
	if (next + WAKE_BURST * WAKE_INTERVAL_NS < now)
		next = now - WAKE_BURST * WAKE_INTERVAL_NS;
	next_wake = next + WAKE_INTERVAL_NS;
	return BPF_RB_FORCE_WAKEUP;
}

/* Put a record on the ring. False if the ring is full: then the counts stay, and leave with a later record. */
static __always_inline bool emit(const struct flow_key *key, struct flow_value *v, __u64 now, __u32 reason)
{
	struct flow_record *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	/* Also where the ring is full: the next try is an interval away, not at the next packet. */
	v->reported_ms = TO_MS(now);
	if (!r) {
		count(records_late, 1);
		return false;
	}
	fill_record(r, key, v, now, reason);
	bpf_ringbuf_submit(r, wake_flag(now));
	count(records, 1);
	return true;
}

#endif
