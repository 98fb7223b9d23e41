/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* A pass over the flow map, run by user space reading an iterator: it gets a flow_record for each flow that is due. */
#ifndef NETMON_SWEEP_H
#define NETMON_SWEEP_H

#include "flow.h"

static __always_inline __u64 timeout_of(const struct flow_key *key, const struct flow_value *v)
{
	switch (key->protocol) {
	case IPPROTO_TCP:
		if (is_closed(v->state.tcp_state))
			return config.tcp_closed_ns;
		return v->state.tcp_state <= TCP_SYN_RECEIVED ? config.tcp_handshake_ns : config.tcp_idle_ns;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return config.udp_idle_ns;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return config.icmp_idle_ns;
	default:
		return config.other_idle_ns;
	}
}

/*
 * The iterator's buffer holds some 90 records; the record that does not fit is asked for again with an empty buffer, so
 * its counts go back first.
 */
static __always_inline bool write_record(struct bpf_iter__bpf_map_elem *ctx, const struct flow_key *key,
                                         struct flow_value *v, __u64 now, __u32 reason)
{
	struct flow_record r = {};

	fill_record(&r, key, v, now, reason, true);
	if (bpf_seq_write(ctx->meta->seq, &r, sizeof(r))) {
		give_back(&r, v);
		return false;
	}
	v->reported_ms = TO_MS(now);
	count(sweep_records, 1);
	return true;
}

static __always_inline void delete_flow(const struct flow_key *key, struct flow_value *v)
{
	if (__sync_val_compare_and_swap(&v->state.lifecycle, FLOW_EXPIRED, FLOW_DELETING) == FLOW_LIVE)
		return; /* revived meanwhile */
	if (bpf_map_delete_elem(&flows, key))
		count(flow_delete_failed, 1);
	else
		count(flows_removed, 1);
}

/* `everything`: at the end, when no program is attached any more. Returns 0, the iterator's "go on". */
static __always_inline int sweep(struct bpf_iter__bpf_map_elem *ctx, bool everything)
{
	struct flow_value *v = ctx->value;
	const struct flow_key *in = ctx->key;
	struct netmon_sampling sampled = sampling_now();
	struct flow_key key;
	__u64 now, last;
	bool other, left;

	if (!in || !v)
		return 0;
	key = *in;
	/* Before the clock: a packet that comes in between must not look like one of the future. */
	last = *(volatile __u64 *)&v->state.last_ns;
	now = bpf_ktime_get_ns();

	if (v->state.lifecycle != FLOW_LIVE) {
		if (has_pending(v)) {
			write_record(ctx, &key, v, now, RECORD_LATE);
			return 0;
		}
		/*
		 * Its end was reported then; a program that had found it live must have finished since. A pass goes on after a
		 * read by the number of its bucket's entries that it has seen: where one of those was deleted, the pass leaves
		 * out one that it has not seen. A sweep finds that the next time; after a drain there is no next time.
		 */
		if (!everything && TO_MS(now) - v->reported_ms >= TO_MS(config.delete_after_ns))
			delete_flow(&key, v);
		return 0;
	}
	other = v->sampling_rate != sampled.rate;
	left = other && !is_chosen(&key, sampled.threshold);
	if (everything || left || now - last >= timeout_of(&key, v)) {
		if (__sync_val_compare_and_swap(&v->state.lifecycle, FLOW_LIVE, FLOW_EXPIRED) != FLOW_LIVE)
			return 0;
		if (left)
			v->state.flags |= FLOW_LEFT;
		if (!write_record(ctx, &key, v, now, RECORD_END)) {
			v->state.flags &= ~FLOW_LEFT;
			v->state.lifecycle = FLOW_LIVE;
		}
		return 0;
	}
	if (has_pending(v)) {
		if (other || TO_MS(now) - v->reported_ms >= TO_MS(config.interval_ns))
			write_record(ctx, &key, v, now, RECORD_UPDATE);
	} else if (other) {
		/* Nothing is counted at the rate before any more: the flow is told of the new one. */
		__u16 before = v->sampling_rate;

		v->sampling_rate = sampled.rate;
		if (!write_record(ctx, &key, v, now, RECORD_UPDATE))
			v->sampling_rate = before;
	}
	return 0;
}

#endif
