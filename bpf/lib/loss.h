/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * A segment below the highest number sent: sent again, and why, or only late. The rules are those of tshark 4.0's
 * tcp.analysis but for the first half of 3; docs/tcp-analysis.md lists where they differ, and why.
 *
 *  1. All of it is acknowledged already: sent again for nothing (spurious).
 *  2. The other end asks for just it, with duplicate acknowledgments, the last of them a moment ago: fast.
 *  3. It lies below a gap, later ones came within less than a round trip, and it is not the very last one once more: out of
 *     order, not sent again.
 *  4. Else sent again; the sender's retransmission timer ran out where it was silent for as long before.
 */
#ifndef NETMON_LOSS_H
#define NETMON_LOSS_H

#include "rtt.h"

#define FAST_NS 20000000ull /* after the last duplicate acknowledgment */
#define LATE_NS 3000000ull  /* where the handshake's round trip is not known */
#define TIMEOUT_NS \
	200000000ull /* the shortest time-out that Linux has (TCP_RTO_MIN); RFC 6298 says a second */
#define MANY_ACKS     2
#define MAX_DUPLICATE 255

/* Below a gap that has not been acknowledged: only there may be what was not seen yet. */
static __always_inline bool below_gap(const struct flow_value *v, const struct packet *p, __u32 e)
{
	__u32 gap_end = v->rare.gap_end[e];

	return gap_end && (__s32)(gap_end - p->seq) > 0 && (__s32)(gap_end - v->tcp[!e].ack) > 0;
}

static __always_inline __u32 late_ticks(const struct flow_value *v)
{
	__u64 us = v->handshake.ack_us;

	/* From the last SYN. */
	us = us > v->handshake.syn_us ? us - v->handshake.syn_us : 0;
	return us ? TICKS(us * 1000) : TICKS(LATE_NS);
}

/* The segments of a packet that `bytes` of its payload touch, from its start. */
static __always_inline __u32 segments_of(const struct packet *p, __u32 bytes)
{
	__u64 whole = p->payload;

	if (p->packets <= 1 || bytes >= whole)
		return p->packets;
	return whole ? (bytes * p->packets + whole - 1) / whole : 1;
}

/* `next`: the highest number before this segment, which begins below. Always 0; global, to be verified once. */
__noinline int track_again(struct __sk_buff *skb, struct flow_value *v, const struct packet *p, __u32 e,
                           __u32 ticks)
{
	struct tcp_end *me, *peer;
	__u32 behind, again, segments, end, silence;

	if (!v || !p)
		return 0;
	e &= 1;
	me = &v->tcp[e];
	peer = &v->tcp[!e];
	end = p->seq + p->payload;
	behind = me->next_seq - p->seq;
	again = minimum(behind, p->payload);
	segments = segments_of(p, again);

	if (p->payload && peer->ack && (__s32)(peer->ack - end) >= 0) { /* 1 */
		count_event(v, spurious_retransmits[e], segments);
	} else if (behind == 1 && p->payload > 1) {
		return 0; /* a byte that probed a window was not told from a fresh one: what follows it begins with it */
	} else if (peer->duplicate_acks >= MANY_ACKS && peer->ack == p->seq &&
	           ticks - v->rare.repeated_at[!e] < TICKS(FAST_NS)) { /* 2 */
		count_event(v, fast_retransmits[e], segments);
	} else if (below_gap(v, p, e) && ticks - me->next_at < late_ticks(v) &&
	           (me->next_seq != end + !!(p->tcp_flags & (TCP_SYN | TCP_FIN)) ||
	            (me->bits & TCP_HIGHEST_BY_ACK))) { /* 3 */
		count_event(v, out_of_order[e], segments);
		return 0;
	} else { /* 4 */
		silence = ticks - me->next_at;
		if (me->resent_at && ticks - me->resent_at < silence)
			silence = ticks - me->resent_at;
		if (silence >= TICKS(TIMEOUT_NS))
			count_event(v, timeout_retransmits[e], segments);
	}
	count_event(v, retransmits[e], segments);
	if (again)
		count_event(v, retransmitted_bytes[e], again);
	me->resent_at = ticks ? ticks : 1;
	doubt_trip(skb, v, p, e);
	return 0;
}

#endif
