/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Each packet's way, for a person who looks for where one is lost. Loaded only while somebody looks.
 *
 *   RECEIVE ---> (tc ingress, routing, netfilter) ---> SOCKET, READ, DONE     delivered
 *                     |                  |
 *                     |                  '---> SEND, DRIVER [DONE]            forwarded
 *                    DROP
 *   socket ----> (netfilter, tc egress) -> SEND ---> DRIVER [DONE]            sent
 *
 * 1. A packet that fits the filter at RECEIVE, SEND or DROP is remembered by its buffer; DONE and DROP forget it.
 * 2. Every other point only looks whether the buffer is remembered.
 * 3. Where a buffer was freed in silence and used again, for something that is no packet it is forgotten; another packet differs, and user
 *    space, which has both, tells them apart.
 */
#include "kernel.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "drops.h"
#include "trace.h"
#include "lib/trace_read.h"

#define SECOND 1000000000ull

enum skb_drop_reason {
	REASONS_EXIST,
};

const volatile struct trace_filter filter;

/* The way to user space: trace_event. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} trace_events SEC(".maps");

/* What tells packets apart that had the same buffer one after the other: translation changes none of it. */
struct trace_packet {
	__u64 since_ns;
	__u32 sequence;
	__u16 ip_id;
	__u8 protocol;
	__u8 reserved;
};

/* Packets under way. Key: the buffer. Inserted at their first point, deleted at their last; the oldest go. 88 bytes an entry. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct trace_packet);
} trace_packets SEC(".maps");

/* Per CPU, entry 0. Written by the programs, read by user space. 32 bytes. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace_counters);
} trace_counters SEC(".maps");

/* Entry 0: the second that is running, and packets begun in it. Written by the programs. 16 bytes. */
struct trace_second {
	__u64 number;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace_second);
} trace_rate SEC(".maps");

/* Per CPU, entry 0: the buffer that came in last, if it is one that is traced; else 0. Written by the programs. 8 bytes. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} trace_current SEC(".maps");

static __always_inline struct trace_counters *counters(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&trace_counters, &zero);
}

/* Of this CPU, but a program in a process's context is interrupted by others that count the same. */
static __always_inline void add_one(__u64 *counter)
{
	__sync_fetch_and_add(counter, 1);
}

static __always_inline bool within_rate(__u64 now)
{
	__u32 zero = 0;
	struct trace_second *second = bpf_map_lookup_elem(&trace_rate, &zero);

	if (!second)
		return false;
	/* Two CPUs may both begin a second: a few packets more. */
	if (second->number != now / SECOND) {
		second->number = now / SECOND;
		second->packets = 0;
	}
	return __sync_fetch_and_add(&second->packets, 1) < filter.packets;
}

static __always_inline bool is_end(const __u64 address[2], int wanted)
{
	return !((address[0] ^ filter.address[wanted][0]) & filter.mask[wanted][0]) &&
	       !((address[1] ^ filter.address[wanted][1]) & filter.mask[wanted][1]);
}

static __always_inline bool is_port(__u16 port, int wanted)
{
	return !filter.port[wanted] || filter.port[wanted] == port;
}

static __always_inline bool fits(const struct trace_event *e)
{
	if (filter.protocol && e->protocol != filter.protocol)
		return false;
	if (!(is_end(e->source, 0) && is_end(e->destination, 1)) &&
	    !(is_end(e->source, 1) && is_end(e->destination, 0)))
		return false;
	if (!(is_port(e->ports[0], 0) && is_port(e->ports[1], 1)) &&
	    !(is_port(e->ports[0], 1) && is_port(e->ports[1], 0)))
		return false;
	if (!filter.has_interface)
		return true;
	for (int i = 0; i < TRACE_INTERFACE_NAME; i++) {
		if (e->interface[i] != filter.interface[i])
			return false;
		if (!e->interface[i])
			break;
	}
	return true;
}

static __always_inline void submit(struct trace_event *e)
{
	struct trace_counters *c = counters();

	if (!c)
		return;
	if (bpf_ringbuf_output(&trace_events, e, sizeof(*e), 0))
		add_one(&c->lost);
	else
		add_one(&c->events);
}

/* The packet that is known by this buffer, if this is it; another one is forgotten. */
static __always_inline bool recall(struct trace_event *e)
{
	struct trace_packet *known = bpf_map_lookup_elem(&trace_packets, &e->buffer);

	if (!known)
		return false;
	if (!e->has_tuple || known->sequence != e->sequence || known->ip_id != e->ip_id ||
	    known->protocol != e->protocol) {
		bpf_map_delete_elem(&trace_packets, &e->buffer);
		return false;
	}
	e->since_ns = known->since_ns;
	return true;
}

static __always_inline void set_current(__u64 buffer)
{
	__u32 zero = 0;
	__u64 *current = bpf_map_lookup_elem(&trace_current, &zero);

	if (current)
		*current = buffer;
}

/* A point at which a packet may be met first. */
static __always_inline int on_packet(const struct sk_buff *skb, __u8 point, bool at_data)
{
	struct trace_event e = { .buffer = (__u64)skb, .point = point };
	struct trace_counters *c;

	if (!read_packet(&e, skb, at_data))
		return 0;
	read_interface(&e, BPF_CORE_READ(skb, dev));
	e.time_ns = bpf_ktime_get_ns();
	if (!recall(&e)) {
		struct trace_packet packet = { .since_ns = e.time_ns,
			                       .sequence = e.sequence,
			                       .ip_id = e.ip_id,
			                       .protocol = e.protocol };

		if (!fits(&e))
			return 0;
		c = counters();
		if (!within_rate(e.time_ns)) {
			if (c)
				add_one(&c->limited);
			return 0;
		}
		e.since_ns = e.time_ns;
		if (bpf_map_update_elem(&trace_packets, &e.buffer, &packet, BPF_ANY) && c)
			add_one(&c->untold);
	}
	if (point == TRACE_RECEIVE)
		set_current(e.buffer);
	e.mark = BPF_CORE_READ(skb, mark);
	submit(&e);
	return 0;
}

/* A point of a packet that is known, and still readable: else its buffer was freed in silence, and is somebody else's now. */
static __always_inline int on_known(const struct sk_buff *skb, __u8 point, __s32 code, bool is_end)
{
	struct trace_event e = { .buffer = (__u64)skb, .point = point, .code = code };

	/* Most packets are nobody's: no look at their headers. */
	if (!bpf_map_lookup_elem(&trace_packets, &e.buffer))
		return 0;
	read_packet(&e, skb, false);
	if (!recall(&e))
		return 0;
	e.time_ns = bpf_ktime_get_ns();
	if (is_end)
		bpf_map_delete_elem(&trace_packets, &e.buffer);
	submit(&e);
	return 0;
}

SEC("tp_btf/netif_receive_skb")
int netmon_trace_receive(__u64 *ctx)
{
	set_current(0);
	on_packet((void *)ctx[0], TRACE_RECEIVE, true);
	return 0;
}

SEC("tp_btf/net_dev_queue")
int netmon_trace_send(__u64 *ctx)
{
	return on_packet((void *)ctx[0], TRACE_SEND, false);
}

/* The buffer may be gone by now, so only its address is used. */
SEC("tp_btf/net_dev_xmit")
int netmon_trace_driver(__u64 *ctx)
{
	struct trace_event e = { .buffer = ctx[0], .point = TRACE_DRIVER, .code = ctx[1] };
	struct trace_packet *known = bpf_map_lookup_elem(&trace_packets, &e.buffer);

	if (!known)
		return 0;
	e.since_ns = known->since_ns;
	e.time_ns = bpf_ktime_get_ns();
	read_interface(&e, (void *)ctx[2]);
	submit(&e);
	return 0;
}

SEC("tp_btf/tcp_probe")
int netmon_trace_socket(__u64 *ctx)
{
	return on_known((void *)ctx[1], TRACE_SOCKET, 0, false);
}

/*
 * A socket has something to read: the packet that this CPU is at, if it is for this socket. UDP tells of what it queues in no other way,
 * and frees it in silence. TCP tells more by tcp_probe.
 */
SEC("tp_btf/sk_data_ready")
int netmon_trace_ready(__u64 *ctx)
{
	const struct sock *sk = (void *)ctx[0];
	__u32 zero = 0;
	__u64 *current = bpf_map_lookup_elem(&trace_current, &zero);
	struct trace_event e = { .point = TRACE_SOCKET };

	if (!current || !*current)
		return 0;
	e.buffer = *current;
	if (!read_packet(&e, (void *)e.buffer, false) || e.protocol == IPPROTO_TCP ||
	    BPF_CORE_READ(sk, sk_protocol) != e.protocol ||
	    BPF_CORE_READ(sk, __sk_common.skc_num) != e.ports[1] || !recall(&e))
		return 0;
	e.time_ns = bpf_ktime_get_ns();
	submit(&e);
	return 0;
}

SEC("tp_btf/skb_copy_datagram_iovec")
int netmon_trace_read(__u64 *ctx)
{
	return on_known((void *)ctx[0], TRACE_READ, ctx[1], false);
}

SEC("tp_btf/consume_skb")
int netmon_trace_done(__u64 *ctx)
{
	return on_known((void *)ctx[0], TRACE_DONE, 0, true);
}

SEC("tp_btf/kfree_skb")
int netmon_trace_drop(__u64 *ctx)
{
	const struct sk_buff *skb = (void *)ctx[0];
	struct trace_event e = { .buffer = ctx[0], .location = ctx[1], .point = TRACE_DROP };
	struct trace_counters *c;

	read_packet(&e, skb, false);
	read_interface(&e, BPF_CORE_READ(skb, dev));
	e.time_ns = e.since_ns = bpf_ktime_get_ns();
	if (recall(&e)) {
		bpf_map_delete_elem(&trace_packets, &e.buffer);
	} else {
		if (!e.has_tuple || !fits(&e))
			return 0;
		c = counters();
		if (!within_rate(e.time_ns)) {
			if (c)
				add_one(&c->limited);
			return 0;
		}
	}
	if (bpf_core_type_exists(enum skb_drop_reason))
		e.reason = ctx[2];
	e.mark = BPF_CORE_READ(skb, mark);
	submit(&e);
	return 0;
}

/* bpf_probe_read_kernel is kept for the GPL (docs/decisions/0005-licence-of-the-kernel-side.md). */
char LICENSE[] SEC("license") = "GPL";
