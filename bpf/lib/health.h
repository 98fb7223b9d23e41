/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * A TCP connection's health, from both ends' sequence and acknowledgment numbers and windows: struct tcp_end.
 *
 *  1. SYN: the options that hold for the connection      5. duplicate acknowledgments
 *  2. window probes and keep-alives, which are no data   6. what is acknowledged: round trips
 *  3. gaps                                               7. what is sent: new, sent again, or late
 *  4. full and closed windows
 *
 * Nearly all packets are either the next data, acknowledging nothing new, or the acknowledgment of some: the straight way is
 * theirs, the rest is in functions of its own.
 */
#ifndef NETMON_HEALTH_H
#define NETMON_HEALTH_H

#include "loss.h"

#define SCALE_ABSENT \
	0x11 /* a SYN without the option: a shift of 0, in both directions (RFC 7323 section 2.2) */

static __always_inline __u32 edge_of(const struct tcp_end *me, const struct packet *p)
{
	/* The window of a SYN is never scaled. */
	__u32 shift = me->scale && !(p->tcp_flags & TCP_SYN) ? (me->scale - 1) & 0xf : 0;

	return p->ack + ((__u32)p->window << shift);
}

/* 1. Always 0; global, to be verified once. */
__noinline int track_syn(struct __sk_buff *skb, struct flow_value *v, const struct packet *p, __u32 e)
{
	struct tcp_options options = {};
	struct tcp_end *me, *peer;

	if (!v || !p)
		return 0;
	e &= 1;
	me = &v->tcp[e];
	peer = &v->tcp[!e];
	read_tcp_options(skb, p, &options);
	v->handshake.mss[e] = options.mss;
	me->scale = options.has_scale ? 1 + options.shift : SCALE_ABSENT;
	if ((p->tcp_flags & TCP_ACK) && me->scale == SCALE_ABSENT)
		peer->scale = SCALE_ABSENT;
	if ((p->tcp_flags & TCP_ACK) && peer->scale == SCALE_ABSENT)
		me->scale = SCALE_ABSENT;
	return 0;
}

/* 4. The window is shut, or was at the packet before. The time counts as it passes. Always 0; global, to be verified once. */
__noinline int track_shut_window(struct flow_value *v, __u32 e, bool shut, __u32 ticks)
{
	struct tcp_end *me;

	if (!v)
		return 0;
	e &= 1;
	me = &v->tcp[e];
	if (me->bits & TCP_WINDOW_SHUT)
		count_event(v, zero_window_ns[e], TICKS_TO_NS(ticks - v->rare.repeated_at[e]));
	v->rare.repeated_at[e] = ticks;
	me->bits = shut ? me->bits | TCP_WINDOW_SHUT : me->bits & ~TCP_WINDOW_SHUT;
	return 0;
}

/*
 * Data of end `e` while the responder's answer is still to come. Its first data after data of the initiator is that answer:
 * when, and when the last of what it answers was sent. Returns the end's new bits.
 */
static __always_inline __u8 track_first_data(struct flow_value *v, __u32 e, __u8 bits, __u64 now)
{
	const struct tcp_end *peer = &v->tcp[!e];
	__u64 request;

	bits &= ~TCP_HIGHEST_BY_ACK;
	if (bits & TCP_ANSWERED)
		return bits;
	if (e == (v->state.flags & FLOW_INITIATOR_1 ? 1 : 0))
		return bits | TCP_DATA | TCP_ANSWERED;
	if (!(peer->bits & TCP_DATA))
		return bits;
	request = now - TICKS_TO_NS(TO_TICKS(now) - peer->next_at);
	v->handshake.request_us = since_start(v, request > v->state.first_ns ? request : v->state.first_ns);
	v->handshake.response_us = since_start(v, now);
	return bits | TCP_ANSWERED;
}

/* Always 0; global, to be verified once. */
__noinline int track_health(struct __sk_buff *skb, struct flow_value *v, const struct packet *p, __u32 e,
                            __u64 now)
{
	struct tcp_end *me, *peer;
	__u32 length, end, next, edge, ticks = TO_TICKS(now);
	bool plain, first = false, probe = false;
	__u8 bits;
	__s32 ahead;

	if (!v || !p || (p->tcp_flags & TCP_RST))
		return 0;
	e &= 1;
	me = &v->tcp[e];
	peer = &v->tcp[!e];
	bits = me->bits;
	next = me->next_seq;
	length = p->payload + !!(p->tcp_flags & TCP_SYN) + !!(p->tcp_flags & TCP_FIN);
	end = p->seq + length;
	plain = !(p->tcp_flags & (TCP_SYN | TCP_FIN));
	if (unlikely(p->tcp_flags & TCP_SYN))
		track_syn(skb, v, p, e); /* 1 */
	edge = edge_of(me, p);
	if (unlikely(!(bits & TCP_SEQ_KNOWN))) {
		bits |= TCP_SEQ_KNOWN;
		next = p->seq;
		first = true;
		if (!(p->tcp_flags & TCP_SYN))
			v->rare.gap_end[e] = p->seq; /* met midway: what came before was not seen */
	}
	ahead = p->seq - next;

	if (unlikely(bits & (TCP_KEEP_ALIVE | TCP_PROBE)))
		bits &= ~(TCP_KEEP_ALIVE | TCP_PROBE);
	if (unlikely(p->payload == 1 && !ahead && peer->ack && peer->edge == peer->ack)) { /* 2 */
		bits |= TCP_PROBE;
		probe = true;
	} else {
		if (unlikely(ahead)) {
			if (ahead > 0) { /* 3 */
				count_event(v, gaps[e], 1);
				v->rare.gap_end[e] = p->seq;
			} else if (ahead == -1 && p->payload <= 1 && plain) { /* 2 */
				bits |= TCP_KEEP_ALIVE;
			}
		}
		if (p->payload) { /* 4 */
			if (unlikely(end == peer->edge) && peer->scale && plain)
				count_event(v, window_full[e], 1);
		} else if (edge == me->edge && p->ack == me->ack && plain) { /* 5 */
			if (!ahead && p->window && !(peer->bits & TCP_KEEP_ALIVE)) {
				count_event(v, duplicate_acks[e], 1);
				if (me->duplicate_acks < MAX_DUPLICATE)
					me->duplicate_acks++;
			}
		}
		if (unlikely(!p->window) && plain)
			count_event(v, zero_windows[e], 1);
	}
	if (bits != me->bits)
		me->bits = bits;
	if (unlikely((!p->window && plain) || (bits & TCP_WINDOW_SHUT))) {
		track_shut_window(v, e, !p->window, ticks); /* 4 */
		bits = me->bits;
	}

	if (p->ack != me->ack) { /* 6 */
		me->duplicate_acks = 0;
		me->ack = p->ack;
		if ((peer->trip & TRIP_GOES_ON) && (p->tcp_flags & TCP_ACK) &&
		    (__s32)(p->ack - peer->trip_seq) >= 0)
			end_trip(skb, v, p, e, ticks);
	} else if (unlikely(me->duplicate_acks)) {
		v->rare.repeated_at[e] = ticks;
	}
	if (edge != me->edge)
		me->edge = edge;

	if (unlikely(probe)) /* 7 */
		return 0;
	if (unlikely(ahead < 0) && length && !(bits & TCP_KEEP_ALIVE)) {
		track_again(skb, v, p, e, ticks);
		bits = me->bits;
	}
	if ((__s32)(end - next) > 0 || unlikely(first)) {
		if (p->payload) {
			if (unlikely((bits & (TCP_ANSWERED | TCP_HIGHEST_BY_ACK)) != TCP_ANSWERED))
				bits = track_first_data(v, e, bits, now);
		} else if (ahead > 0) {
			bits |= TCP_HIGHEST_BY_ACK;
		}
		me->next_seq = end;
		me->next_at = ticks;
		if (length)
			begin_trip(me, end, ticks, &bits);
		if (bits != me->bits)
			me->bits = bits;
	}
	return 0;
}

#endif
