/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What TCP's headers tell an observer: state, handshake times, resets; the rest is in health.h. */
#ifndef NETMON_TCP_H
#define NETMON_TCP_H

#include "health.h"

static __always_inline bool is_closed(__u8 state)
{
	return state == TCP_CLOSED || state == TCP_RESET;
}

/*
 * By sequence number, modulo 2^32 (RFC 9293 section 3.4): what lies below the highest number seen was sent before. A
 * keep-alive (RFC 9293 section 3.8.4: at most one byte, just below) is no retransmission.
 */
static __always_inline void track_sequence(struct flow_value *v, const struct packet *p, __u32 e)
{
	__u32 length = p->payload + !!(p->tcp_flags & TCP_SYN) + !!(p->tcp_flags & TCP_FIN);
	__u32 end = p->seq + length;
	struct tcp_end *me = &v->tcp[e & 1];
	__u32 next = me->next_seq;
	__s32 behind = next - p->seq; /* > 0: begins below what was sent */

	if (p->tcp_flags & TCP_RST)
		return;
	if (unlikely(!(me->bits & TCP_SEQ_KNOWN))) {
		me->bits |= TCP_SEQ_KNOWN;
		me->next_seq = end;
		return;
	}
	if (!length)
		return;
	if (behind > 0 && !(behind == 1 && p->payload <= 1 && length == p->payload)) {
		__u32 again = minimum(behind, p->payload);

		count_event(v, retransmits[e], segments_of(p, again));
		if (again)
			count_event(v, retransmitted_bytes[e], again);
	}
	if ((__s32)(end - next) > 0)
		me->next_seq = end;
}

/* True if this packet closed the flow: FIN from both ends, or RST. */
static __always_inline bool track_tcp(struct __sk_buff *skb, struct flow_value *v, const struct packet *p,
                                      __u32 e, __u64 now)
{
	__u32 initiator = v->state.flags & FLOW_INITIATOR_1 ? 1 : 0;
	__u16 flags = p->tcp_flags, seen = v->state.tcp_flags[e];
	__u8 state = v->state.tcp_state, next = state;

	/* The rest of the time nothing is new: no store to a line that the other direction's CPU holds. */
	if ((seen | flags) != seen)
		v->state.tcp_flags[e] = seen | flags;

	if (unlikely(flags & (TCP_SYN | TCP_RST | TCP_FIN))) {
		if (flags & TCP_RST) {
			count_event(v, resets[e], 1);
			if (state == TCP_SYN_SENT || state == TCP_SYN_RECEIVED)
				v->state.flags |= FLOW_REFUSED;
			if (!is_closed(state))
				next = TCP_RESET;
		} else if (flags & TCP_SYN) {
			if (flags & TCP_ACK) {
				if (state == TCP_NONE || state == TCP_SYN_SENT)
					next = TCP_SYN_RECEIVED;
				/* Times are known only where the flow began with its SYN. */
				if (state == TCP_SYN_SENT)
					v->handshake.synack_us = since_start(v, now);
			} else if (state == TCP_NONE) {
				next = TCP_SYN_SENT;
			} else if (state <= TCP_SYN_RECEIVED && e == initiator) {
				count_event(v, syn_retries, 1);
				v->handshake.syn_us = since_start(v, now);
			}
		} else if (!is_closed(state)) {
			next = v->state.tcp_flags[!e] & TCP_FIN ? TCP_CLOSED : TCP_CLOSING;
		}
	} else {
		if (state == TCP_NONE) {
			next = TCP_ESTABLISHED; /* met midway */
		} else if (state <= TCP_SYN_RECEIVED && e == initiator && (flags & TCP_ACK)) {
			next = TCP_ESTABLISHED;
			if (seen & TCP_SYN)
				v->handshake.ack_us = since_start(v, now);
		}
		if (!config.tcp_health && unlikely(!p->window))
			count_event(v, zero_windows[e], 1);
	}
	/* A fragment's sequence range is unknown. */
	if (!(p->flags & PACKET_IS_FRAGMENT))
		config.tcp_health ? track_health(skb, v, p, e, now) : track_sequence(v, p, e);
	if (next != state)
		v->state.tcp_state = next;
	return is_closed(next) && !is_closed(state);
}

#define LATE_SYN_BYTES (1u << 20)

/* A SYN on a connection that is over, or that its sender has forgotten: the tuple is used again. */
static __always_inline bool starts_anew(const struct flow_value *v, const struct packet *p)
{
	if ((p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN || v->state.tcp_state == TCP_NONE)
		return false;
	if (is_closed(v->state.tcp_state))
		return true;
	/* Numbers just below the highest sent are those of this connection: its own SYN, late and twice. */
	return v->state.tcp_state >= TCP_ESTABLISHED &&
	       v->tcp[p->from & 1].next_seq - (p->seq + 1) > LATE_SYN_BYTES;
}

#endif
