/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Counts leave the flow map as deltas: a record takes (swaps with 0) what came since the record before. Every count is
 * taken by exactly one record, on whatever CPU; one that can't leave stays in the map.
 */
#ifndef NETMON_RECORDS_H
#define NETMON_RECORDS_H

#include "counters.h"

/* Names the record in the type information that the kernel keeps with the maps: by it another build reads what is left of this one. */
const struct flow_record *const volatile record_layout;

/* Coarse clock of reported_ms and seen: 2^20 ns and 2^30 ns. */
#define TO_MS(ns)      ((__u32)((ns) >> 20))
#define TO_SECONDS(ns) ((__u8)((ns) >> 30))
/* Fine clock of struct tcp_end: 2^10 ns. */
#define TO_TICKS(ns)   ((__u32)((ns) >> 10))
#define TICKS(ns)      ((ns) / 1024)
#define TICKS_TO_NS(n) ((__u64)(n) << 10)
#define TICKS_TO_US(n) ((__u32)((__u64)(n)*128 / 125))

/* Microseconds since the flow began; at least 1, since 0 means "not seen". */
static __always_inline __u32 since_start(const struct flow_value *v, __u64 now)
{
	__u64 us = (now - v->state.first_ns) / 1000;

	return us ? us : 1;
}

/* Most events never happen: look before the exchange. */
#define take(field) ((field) ? __sync_lock_test_and_set(&(field), 0) : 0)

static __always_inline bool has_pending(const struct flow_value *v)
{
	return v->traffic.packets[0] || v->traffic.packets[1] || v->traffic.bytes[0] || v->traffic.bytes[1] ||
	       v->has_events || v->has_trips;
}

/*
 * Add to a count of flow_events. Whoever makes it other than 0 marks the flow, after: a record clears the mark before it
 * takes, so that no count stays without one.
 */
#define count_event(v, field, n)                                    \
	({                                                          \
		if (!__sync_fetch_and_add(&(v)->events.field, (n))) \
			(v)->has_events = 1;                        \
	})

static __always_inline void take_events(struct flow_events *out, struct flow_value *v)
{
	for (int e = 0; e < 2; e++) {
		out->retransmitted_bytes[e] = take(v->events.retransmitted_bytes[e]);
		out->zero_window_ns[e] = take(v->events.zero_window_ns[e]);
		out->retransmits[e] = take(v->events.retransmits[e]);
		out->fast_retransmits[e] = take(v->events.fast_retransmits[e]);
		out->timeout_retransmits[e] = take(v->events.timeout_retransmits[e]);
		out->spurious_retransmits[e] = take(v->events.spurious_retransmits[e]);
		out->out_of_order[e] = take(v->events.out_of_order[e]);
		out->duplicate_acks[e] = take(v->events.duplicate_acks[e]);
		out->gaps[e] = take(v->events.gaps[e]);
		out->zero_windows[e] = take(v->events.zero_windows[e]);
		out->window_full[e] = take(v->events.window_full[e]);
		out->resets[e] = take(v->events.resets[e]);
	}
	out->syn_retries = take(v->events.syn_retries);
	out->icmp_errors = take(v->events.icmp_errors);
}

/* Buckets by fours: one exchange takes a whole word, and an addition of another CPU to it is before or after. */
#define TRIP_WORDS 8

static __always_inline __u64 *trip_words(struct flow_round_trips *t)
{
	return (__u64 *)t->buckets;
}

static __always_inline void take_trips(struct flow_round_trips *out, struct flow_value *v)
{
	for (int i = 0; i < TRIP_WORDS; i++)
		trip_words(out)[i] = take(trip_words(&v->round_trips)[i]);
	for (int e = 0; e < 2; e++)
		out->sum_us[e] = take(v->round_trips.sum_us[e]);
}

/* `all`: look at each count; else only where a mark says that there may be some, since most flows have none. */
static __always_inline void fill_record(struct flow_record *r, const struct flow_key *key,
                                        struct flow_value *v, __u64 now, __u32 reason, bool all)
{
	__builtin_memcpy(&r->key, key, sizeof(*key));
	r->time_ns = now;
	for (int e = 0; e < 2; e++) {
		r->traffic.packets[e] = take(v->traffic.packets[e]);
		r->traffic.bytes[e] = take(v->traffic.bytes[e]);
	}
	if (all || unlikely(v->has_events)) {
		v->has_events = 0;
		take_events(&r->events, v);
	} else {
		__builtin_memset(&r->events, 0, sizeof(r->events));
	}
	if (all || v->has_trips) {
		v->has_trips = 0;
		take_trips(&r->round_trips, v);
	} else {
		__builtin_memset(&r->round_trips, 0, sizeof(r->round_trips));
	}
	r->state = v->state;
	r->handshake = v->handshake;
	r->extremes = v->extremes;
	r->reason = reason;
	r->sampling_rate = v->sampling_rate;
}

#define give(v, r, field) ((r)->field ? __sync_fetch_and_add(&(v)->field, (r)->field) : 0)

/* Undo the taking of a record that could not leave. */
static __always_inline void give_back(struct flow_record *r, struct flow_value *v)
{
	for (int e = 0; e < 2; e++) {
		give(v, r, traffic.packets[e]);
		give(v, r, traffic.bytes[e]);
		give(v, r, events.retransmitted_bytes[e]);
		give(v, r, events.zero_window_ns[e]);
		give(v, r, events.retransmits[e]);
		give(v, r, events.fast_retransmits[e]);
		give(v, r, events.timeout_retransmits[e]);
		give(v, r, events.spurious_retransmits[e]);
		give(v, r, events.out_of_order[e]);
		give(v, r, events.duplicate_acks[e]);
		give(v, r, events.gaps[e]);
		give(v, r, events.zero_windows[e]);
		give(v, r, events.window_full[e]);
		give(v, r, events.resets[e]);
		give(v, r, round_trips.sum_us[e]);
	}
	give(v, r, events.syn_retries);
	give(v, r, events.icmp_errors);
	for (int i = 0; i < TRIP_WORDS; i++)
		if (trip_words(&r->round_trips)[i])
			__sync_fetch_and_add(&trip_words(&v->round_trips)[i], trip_words(&r->round_trips)[i]);
	v->has_events = 1;
	v->has_trips = 1;
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
	fill_record(r, key, v, now, reason, false);
	bpf_ringbuf_submit(r, wake_flag(now));
	count(records, 1);
	return true;
}

#endif
