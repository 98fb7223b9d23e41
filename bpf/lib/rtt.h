/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Round trips, from packets alone: how long after data passed here its acknowledgment passes.
 *
 *     sender          here          receiver
 *       |--- data ---->|------------->|      1. the segment's end is noted, with the time
 *       |              |              |      2. sent again meanwhile: whose acknowledgment it will be is open (Karn, RFC 6298)
 *       |<-------------|<--- ACK -----|      3. an acknowledgment that covers it ends the measurement
 *
 * One measurement at a time and end, begun at most once in RTT_PAUSE_NS: the rest of the packets pay a comparison. Where 2
 * came between, the timestamps option decides (RFC 3522): an acknowledgment that echoes a value older than that of the
 * segment sent again answers the first transmission. So timestamps are read at such segments and acknowledgments only.
 *
 * A receiver may delay its acknowledgment (RFC 9293 section 3.8.6.3; 40 ms on Linux, up to 500 by the standard): the
 * mean and the longest tell of its delays too, the shortest of the network.
 *
 * Each direction is stamped where it is counted. If both have one observation point, the times to both ends add up to the
 * whole round trip; with two, on one node (a pod's interface each), they do so too: what lies between the points is part of
 * the direction that crosses it, once.
 */
#ifndef NETMON_RTT_H
#define NETMON_RTT_H

#include "records.h"
#include "tcp_options.h"

#define TRIP_GOES_ON   1u
#define TRIP_TICKS     0x7fffffffu
#define TRIP_MAX_TICKS TICKS(30ull * 1000000000) /* whatever comes later is no answer to it */
#define TRIP_MAX_COUNT 0xfff0                    /* of a bucket; neighbours share its word */

static __always_inline __u32 trip_age(__u32 trip, __u32 ticks)
{
	return (ticks - (trip >> 1)) & TRIP_TICKS;
}

/* 1. New data, a SYN or a FIN of end `me`, up to `end`. */
static __always_inline void begin_trip(struct tcp_end *me, __u32 end, __u32 ticks, __u8 *bits)
{
	__u32 age = trip_age(me->trip, ticks);

	if (likely(me->trip & TRIP_GOES_ON ? age < TRIP_MAX_TICKS : age < TICKS(RTT_PAUSE_NS)) && me->trip)
		return;
	me->trip_seq = end;
	*bits &= ~TCP_AMBIGUOUS;
	/* Last, and not before: an acknowledgment on another CPU must find both. */
	__sync_lock_test_and_set(&me->trip, ticks << 1 | TRIP_GOES_ON);
}

/* 2. A segment of end `e` was sent again. */
static __always_inline void doubt_trip(struct __sk_buff *skb, struct flow_value *v, const struct packet *p,
                                       __u32 e)
{
	struct tcp_end *me = &v->tcp[e];
	struct tcp_options options = {};

	if (!(me->trip & TRIP_GOES_ON) || (me->bits & TCP_AMBIGUOUS))
		return;
	read_tcp_options(skb, p, &options);
	v->rare.resent_value[e] = options.has_timestamps ? options.value : 0;
	me->bits |= TCP_AMBIGUOUS;
}

static __always_inline __u32 bucket_of(__u32 us)
{
	__u32 rest = (us - 1) >> RTT_FIRST_SHIFT, bucket = 0;

	for (int shift = 8; shift; shift >>= 1) {
		if (rest >> shift) {
			rest >>= shift;
			bucket += shift;
		}
	}
	bucket += rest;
	return minimum(bucket, RTT_BUCKETS - 1);
}

static __always_inline void add_trip(struct flow_value *v, __u32 e, __u32 us)
{
	__u32 bucket = bucket_of(us);
	__u32 index = (e & 1) * RTT_BUCKETS + bucket;

	/* A record has taken none for more than a minute. */
	if (v->round_trips.buckets[e & 1][bucket & (RTT_BUCKETS - 1)] >= TRIP_MAX_COUNT)
		return;
	__sync_fetch_and_add(&trip_words(&v->round_trips)[index / 4 & (TRIP_WORDS - 1)],
	                     1ull << index % 4 * 16);
	__sync_fetch_and_add(&v->round_trips.sum_us[e & 1], us);
	v->has_trips = 1;
	if (!v->extremes.min_us[e & 1] || us < v->extremes.min_us[e & 1])
		v->extremes.min_us[e & 1] = us;
	if (us > v->extremes.max_us[e & 1])
		v->extremes.max_us[e & 1] = us;
}

/* 3. End `e` acknowledged what the other end's measurement waits for. Always 0; global, to be verified once. */
__noinline int end_trip(struct __sk_buff *skb, struct flow_value *v, const struct packet *p, __u32 e,
                        __u32 ticks)
{
	struct tcp_end *sender;
	__u32 trip, age;

	if (!v || !p)
		return 0;
	sender = &v->tcp[!(e & 1)];
	trip = *(volatile __u32 *)&sender->trip;
	if (!(trip & TRIP_GOES_ON) ||
	    __sync_val_compare_and_swap(&sender->trip, trip, trip & ~TRIP_GOES_ON) != trip)
		return 0;
	if (sender->bits & TCP_AMBIGUOUS) {
		struct tcp_options options = {};
		__u32 resent = v->rare.resent_value[!(e & 1)];

		read_tcp_options(skb, p, &options);
		if (!resent || !options.has_timestamps || (__s32)(resent - options.echo) <= 0)
			return 0;
	}
	age = trip_age(trip, ticks);
	if (age < TRIP_MAX_TICKS)
		add_trip(v, e, age ? TICKS_TO_US(age) : 1);
	return 0;
}

#endif
