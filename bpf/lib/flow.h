/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The life of a flow's entry.
 *
 *   insert -> LIVE -- timed out, last record left --> EXPIRED -- a second later, nothing came --> DELETING -> deleted
 *               ^                                        |
 *               '---------- a packet: a new flow --------'
 *
 * An entry is deleted no sooner than a second after it expired, so that a program that had found it LIVE has long
 * finished its additions: they are seen, and leave as RECORD_LATE, before the entry goes.
 */
#ifndef NETMON_FLOW_H
#define NETMON_FLOW_H

#include "observer.h"
#include "sampling.h"
#include "tcp.h"

/* Who began: the sender of the first packet, unless that packet is an answer. */
static __always_inline __u32 initiator_of(const struct packet *p)
{
	__u32 e = p->from & 1;
	bool answer = p->flags & PACKET_IS_ICMP_ERROR;

	if (p->flags & PACKET_IS_LATER_FRAGMENT)
		return e;
	if (p->key.protocol == IPPROTO_TCP)
		answer |= (p->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
	else if (p->key.protocol == IPPROTO_ICMP)
		answer |= p->icmp_type == 0 ||
		          (p->icmp_type >= 14 && p->icmp_type <= 18 && !(p->icmp_type & 1));
	else if (p->key.protocol == IPPROTO_ICMPV6)
		answer |= p->icmp_type == 129;
	return answer ? !e : e;
}

static __always_inline bool is_overlay(const struct packet *p, __u32 ifindex)
{
	__u8 protocol = p->key.protocol;
	struct interface_info *info;

	if (protocol == IPPROTO_UDP
	            ? !is_overlay_port(p->from ? p->key.port[0] : p->key.port[1])
	            : protocol != IPPROTO_IPV4 && protocol != IPPROTO_IPV6 && protocol != IPPROTO_GRE)
		return false;
	info = bpf_map_lookup_elem(&interfaces, &ifindex);
	return info && info->kind == INTERFACE_UPLINK;
}

/* Everything but the traffic counts, which other CPUs may be adding to, and the lifecycle. */
static __always_inline void begin_flow(struct flow_value *v, const struct packet *p, __u32 ifindex, __u64 now)
{
	struct flow_state *s = &v->state;
	__u8 flags = initiator_of(p) ? FLOW_INITIATOR_1 : 0;

	if (p->flags & PACKET_IS_IPV6)
		flags |= FLOW_IPV6;
	if (p->tcp_flags & TCP_SYN)
		flags |= FLOW_SYN_SEEN;
	if (is_overlay(p, ifindex))
		flags |= FLOW_OVERLAY;
	s->first_ns = now;
	s->last_ns = now;
	s->tcp_state = TCP_NONE;
	s->flags = flags;
	s->icmp_type = p->flags & PACKET_IS_ICMP_ERROR ? 0 : p->icmp_type;
	s->icmp_code = p->flags & PACKET_IS_ICMP_ERROR ? 0 : p->icmp_code;
	s->icmp_error_type = 0;
	s->icmp_error_code = 0;
	for (int e = 0; e < 2; e++) {
		s->observer[e] = 0;
		s->tcp_flags[e] = 0;
		s->seen[e] = 0;
		v->credit[e] = 0;
	}
	__builtin_memset(&v->tcp, 0, sizeof(v->tcp));
	__builtin_memset(&v->handshake, 0, sizeof(v->handshake));
	__builtin_memset(&v->extremes, 0, sizeof(v->extremes));
	__builtin_memset(&v->rare, 0, sizeof(v->rare));
	v->reported_ms = TO_MS(now);
	v->sampling_rate = p->rate;
}

/* A new entry. Null if there is no room, or if another CPU's entry vanished at once. `opened`: by this call. */
static __always_inline struct flow_value *insert_flow(const struct packet *p, __u32 ifindex, __u64 now,
                                                      bool *opened)
{
	__u32 zero = 0;
	struct flow_value *fresh = bpf_map_lookup_elem(&fresh_flow, &zero);
	long error;

	if (!fresh) /* never: the array has this entry */
		return NULL;
	/* All else in it stays as the map was made: 0. */
	begin_flow(fresh, p, ifindex, now);
	error = bpf_map_update_elem(&flows, &p->key, fresh, BPF_NOEXIST);
	if (!error) {
		count(flows_created, 1);
		*opened = true;
	} else if (error == -E2BIG) {
		count(flow_map_full, 1);
		return NULL;
	} else if (error != -EEXIST) {
		count(flow_map_failed, 1);
		return NULL;
	}
	return bpf_map_lookup_elem(&flows, &p->key);
}

/* The entry that this packet belongs to, live. Null if it must go to an overflow bucket. */
static __always_inline struct flow_value *find_flow(const struct packet *p, __u32 ifindex, __u64 now,
                                                    bool *opened)
{
	struct flow_value *v = bpf_map_lookup_elem(&flows, &p->key);

	if (unlikely(!v)) {
		v = insert_flow(p, ifindex, now, opened);
		if (!v)
			return NULL;
	}
	if (likely(v->state.lifecycle == FLOW_LIVE))
		return v;
	if (__sync_val_compare_and_swap(&v->state.lifecycle, FLOW_EXPIRED, FLOW_LIVE) == FLOW_EXPIRED) {
		begin_flow(v, p, ifindex, now);
		*opened = true;
		return v;
	}
	if (v->state.lifecycle == FLOW_LIVE)
		return v;
	count(flow_races, 1);
	return NULL;
}

/* Count one packet. `here`: this interface and hook, as in flow_state.observer. */
static __always_inline void count_packet(struct __sk_buff *skb, struct packet *p, __u32 here)
{
	__u32 e = p->from & 1, ifindex = here & OBSERVER_IFINDEX;
	__u64 now = bpf_ktime_get_ns();
	bool opened = false, closed = false;
	struct flow_value *v;

	if (!is_sampled(p))
		return;
	v = find_flow(p, ifindex, now, &opened);
	if (unlikely(!v)) {
		count_overflow(p->key.protocol, here & OBSERVER_EGRESS, p->packets * p->rate,
		               p->bytes * p->rate);
		return;
	}
	if (unlikely(v->sampling_rate != p->rate))
		change_rate(v, p, now);
	/* Where the ring has no room for the old flow's end, both go on as one flow: no count is lost. */
	if (unlikely(p->tcp_flags & TCP_SYN) && starts_anew(v, p) && emit(&p->key, v, now, RECORD_END)) {
		begin_flow(v, p, ifindex, now);
		opened = true;
	}
	if (!observe_here(v, p, e, here, now))
		return;

	__sync_fetch_and_add(&v->traffic.packets[e], p->packets);
	__sync_fetch_and_add(&v->traffic.bytes[e], p->bytes);
	v->state.last_ns = now;

	if (unlikely(p->flags & PACKET_IS_ICMP_ERROR)) {
		count_event(v, icmp_errors, 1);
		v->state.icmp_error_type = p->icmp_type;
		v->state.icmp_error_code = p->icmp_code;
	} else {
		__u8 flags = v->state.flags;

		if (unlikely(!(flags & FLOW_REPLIED)) && e != (flags & FLOW_INITIATOR_1 ? 1 : 0))
			v->state.flags = flags | FLOW_REPLIED;
		if (p->tcp_flags)
			closed = track_tcp(skb, v, p, e, now);
	}

	if (unlikely(opened || closed))
		emit(&p->key, v, now, opened ? RECORD_OPEN : RECORD_CLOSE);
	else if (unlikely(TO_MS(now) - v->reported_ms >= TO_MS(config.interval_ns)))
		emit(&p->key, v, now, RECORD_UPDATE);
}

#endif
