/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the kernel drops, and why: a program at the tracepoint skb:kfree_skb, which every buffer passes that is freed without having
 * served its purpose. Sums per flow, reason and place gather in one of two maps; user space changes them over and empties the other.
 */
#include "kernel.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "drops.h"
#include "lib/dropped.h"

/* include/net/dropreason-core.h: since 5.17 (c504e5c2f964). */
enum skb_drop_reason {
	REASONS_EXIST,
};

#define NAT_MASK       0x30 /* IPS_SRC_NAT | IPS_DST_NAT */
#define CTINFO_MASK    7
#define CTINFO_REPLY   3
#define KERNEL_POINTER 0xffff000000000000ull

/* Inode numbers of namespaces begin here: PROC_DYNAMIC_FIRST, and before it the few that are fixed. */
#define FIRST_NAMESPACE 0xefffff00u

const volatile struct drop_config config;

/*
 * Two maps: key drop_key, value drop_value. Inserted by the program into the one that `drops` names; emptied by user space
 * while `drops` names the other, so no entry changes while it is read. 180 bytes an entry, taken up front: a tracing program
 * must not allocate on kernels before 6.1.
 */
struct drop_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192); /* set before load */
	__type(key, struct drop_key);
	__type(value, struct drop_value);
} drops_a SEC(".maps"), drops_b SEC(".maps");

/* Entry 0: the map that takes drops now. Changed by user space, whose update returns when no program uses the one before. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct drop_map);
} drops SEC(".maps") = {
	.values = { &drops_a },
};

/* Per CPU, by reason (DROP_TOTALS). Written by the program, read by user space. 64 bytes each. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DROP_TOTALS);
	__type(key, __u32);
	__type(value, struct drop_total);
} drop_totals SEC(".maps");

/* Per CPU: buffers that were neither ordinary nor foreign. Written by the program; user space looks whether it grew. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} drop_activity SEC(".maps");

/* Places where freeing for a reason is no loss. Key drop_place; inserted by user space as it meets them, never deleted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct drop_place);
	__type(value, __u8);
} drop_ordinary_places SEC(".maps");

static __always_inline bool is_ordinary(__u32 reason, __u64 location)
{
	struct drop_place place = { .location = location, .reason = reason };

	if (reason < DROP_REASONS && (config.ordinary[reason / 64] >> (reason % 64)) & 1)
		return true;
	return bpf_map_lookup_elem(&drop_ordinary_places, &place);
}

/*
 * The interface, and the namespace. skb->dev shares its place with other things (UDP's and TCP's queues, fragments under way): it
 * is one only if it leads to a namespace. Else the interface by which the packet came, and the socket's namespace.
 */
static __always_inline void read_place(const struct sk_buff *skb, const struct sock *receiver,
                                       struct drop_key *key, char *name)
{
	const struct net_device *dev = BPF_CORE_READ(skb, dev);
	const struct sock *sk = BPF_CORE_READ(skb, sk);
	__u32 iif = BPF_CORE_READ(skb, skb_iif);

	if (((__u64)dev & KERNEL_POINTER) == KERNEL_POINTER) {
		key->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
		key->ifindex = BPF_CORE_READ(dev, ifindex);
	}
	if (key->netns >= FIRST_NAMESPACE && key->ifindex && key->ifindex <= OBSERVER_IFINDEX) {
		bpf_probe_read_kernel(name, DROP_INTERFACE_NAME, &dev->name);
	} else {
		key->ifindex = iif;
		sk = receiver ? receiver : sk;
		key->netns = sk ? BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum) : 0;
	}
	key->path = !iif ? DROP_SEND : iif == key->ifindex ? DROP_RECEIVE : DROP_FORWARD;
}

/* The key that the packet had before it was translated: that of its connection, as connection tracking met it first. */
static __always_inline void read_original(const struct sk_buff *skb, struct drop_value *value)
{
	__u64 nfct = BPF_CORE_READ(skb, _nfct);
	const struct nf_conn *ct = (void *)(nfct & ~(__u64)CTINFO_MASK);
	struct flow_key *key = &value->original;
	__u8 end;

	if (!bpf_core_type_exists(struct nf_conn) || !ct || !(BPF_CORE_READ(ct, status) & NAT_MASK))
		return;
	if (BPF_CORE_READ(ct, tuplehash[0].tuple.src.l3num) == FAMILY_IPV4) {
		set_ipv4(key->addr[0], BPF_CORE_READ(ct, tuplehash[0].tuple.src.u3.all[0]));
		set_ipv4(key->addr[1], BPF_CORE_READ(ct, tuplehash[0].tuple.dst.u3.all[0]));
	} else {
		BPF_CORE_READ_INTO(&key->addr[0], ct, tuplehash[0].tuple.src.u3);
		BPF_CORE_READ_INTO(&key->addr[1], ct, tuplehash[0].tuple.dst.u3);
	}
	key->protocol = BPF_CORE_READ(ct, tuplehash[0].tuple.dst.protonum);
	key->port[0] = bpf_ntohs(BPF_CORE_READ(ct, tuplehash[0].tuple.src.u.all));
	if (key->protocol == IPPROTO_ICMP || key->protocol == IPPROTO_ICMPV6)
		key->port[1] = key->port[0];
	else
		key->port[1] = bpf_ntohs(BPF_CORE_READ(ct, tuplehash[0].tuple.dst.u.all));
	end = make_canonical(key);
	value->original_source = end;
	value->original_from = (nfct & CTINFO_MASK) >= CTINFO_REPLY ? !end : end;
}

static __always_inline bool add(struct drop_value *value, const struct dropped *d, __u64 now)
{
	if (!value)
		return false;
	__sync_fetch_and_add(&value->packets, d->packets);
	__sync_fetch_and_add(&value->bytes, d->bytes);
	value->last_ns = now;
	return true;
}

static __always_inline bool aggregate(const struct sk_buff *skb, const struct sock *receiver,
                                      const struct dropped *d, __u32 reason, __u64 location)
{
	struct drop_key key = { .location = location, .reason = reason, .from = d->from };
	struct drop_value value = {};
	__u64 now = bpf_ktime_get_ns();
	__u32 zero = 0;
	void *map = bpf_map_lookup_elem(&drops, &zero);

	if (!map)
		return false;
	key.flow = d->key;
	read_place(skb, receiver, &key, value.interface);
	if (add(bpf_map_lookup_elem(map, &key), d, now))
		return true;
	value.packets = d->packets;
	value.bytes = d->bytes;
	value.first_ns = value.last_ns = now;
	read_original(skb, &value);
	return !bpf_map_update_elem(map, &key, &value, BPF_NOEXIST) ||
	       add(bpf_map_lookup_elem(map, &key), d, now);
}

static __always_inline int count_drop(const struct sk_buff *skb, __u64 location, __u32 reason,
                                      const struct sock *receiver)
{
	__u32 sub = reason >> 16;
	__u32 index = sub                     ? DROP_REASONS + (sub < DROP_SUBSYSTEMS ? sub : 0)
	              : reason < DROP_REASONS ? reason
	                                      : DROP_REASONS;
	struct drop_total *total = bpf_map_lookup_elem(&drop_totals, &index);
	struct dropped d = {};
	__s32 why = -1;
	__u64 *activity;
	__u32 zero = 0;

	if (!total)
		return 0;
	if (is_ordinary(reason, location)) {
		total->ordinary++;
		return 0;
	}
	switch (read_dropped(&d, skb)) {
	case DROPPED_FOREIGN:
		total->foreign++;
		return 0;
	case DROPPED_NON_IP:
		why = DROP_NON_IP;
		d.bytes = BPF_CORE_READ(skb, len);
		break;
	case DROPPED_UNREADABLE:
		why = DROP_UNREADABLE;
		d.packets = 1;
		d.bytes = BPF_CORE_READ(skb, len);
		break;
	case DROPPED_FLOW:
		if (!aggregate(skb, receiver, &d, reason, location))
			why = DROP_MAP_FULL;
		break;
	}
	activity = bpf_map_lookup_elem(&drop_activity, &zero);
	if (activity)
		(*activity)++;
	total->packets += d.packets;
	total->bytes += d.bytes;
	if (why >= 0 && why < DROP_UNATTRIBUTED)
		total->unattributed[why] += d.packets;
	return 0;
}

/*
 * The tracepoint's arguments: the buffer, the address, since 5.17 the reason, since 6.11 the receiving socket. The verifier knows
 * how many there are, and CO-RE prunes what reads others.
 */
struct trace_event_raw_kfree_skb {
	void *rx_sk;
} __attribute__((preserve_access_index));

static __always_inline int on_kfree_skb(const __u64 *arguments)
{
	__u32 reason = 0;
	const struct sock *receiver = NULL;

	if (bpf_core_type_exists(enum skb_drop_reason))
		reason = arguments[2];
	if (bpf_core_field_exists(struct trace_event_raw_kfree_skb, rx_sk))
		receiver = (void *)arguments[3];
	return count_drop((void *)arguments[0], arguments[1], reason, receiver);
}

SEC("tp_btf/kfree_skb")
int netmon_drop(__u64 *ctx)
{
	return on_kfree_skb(ctx);
}

/* Where there are no arguments with types: the same, from the raw tracepoint. */
SEC("raw_tp/kfree_skb")
int netmon_drop_raw(__u64 *ctx)
{
	return on_kfree_skb(ctx);
}

/* bpf_probe_read_kernel is kept for the GPL (docs/decisions/0005-licence-of-the-kernel-side.md). */
char LICENSE[] SEC("license") = "GPL";
