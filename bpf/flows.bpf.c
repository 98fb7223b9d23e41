/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * One record per flow: TC programs that count each packet in its flow, and iterators that report flows that went quiet.
 * The verdict is always NEXT. What a struct means is in netmon.h.
 */
#include "kernel.h"
#include <linux/bpf.h>
#include <linux/errno.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "netmon.h"
#include "lib/maps.h"
#include "lib/sweep.h"

static __always_inline int observe(struct __sk_buff *skb, bool link_header, __u32 hook)
{
	struct packet p = {};

	switch (read_packet(skb, link_header, &p)) {
	case PACKET_IP:
		count_packet(skb, &p, skb->ifindex | hook);
		break;
	case PACKET_ARP:
		count(arp, 1);
		break;
	case PACKET_NON_IP:
		count(non_ip, 1);
		break;
	case PACKET_MALFORMED:
		count(malformed, 1);
		break;
	}
	return NEXT;
}

SEC("tc")
int netmon_l2_in(struct __sk_buff *skb)
{
	return observe(skb, true, 0);
}

SEC("tc")
int netmon_l2_out(struct __sk_buff *skb)
{
	return observe(skb, true, OBSERVER_EGRESS);
}

/* Devices without link header: tun, WireGuard, IPIP, ... */
SEC("tc")
int netmon_l3_in(struct __sk_buff *skb)
{
	return observe(skb, false, 0);
}

SEC("tc")
int netmon_l3_out(struct __sk_buff *skb)
{
	return observe(skb, false, OBSERVER_EGRESS);
}

SEC("iter/bpf_map_elem")
int netmon_sweep(struct bpf_iter__bpf_map_elem *ctx)
{
	return sweep(ctx, false);
}

SEC("iter/bpf_map_elem")
int netmon_drain(struct bpf_iter__bpf_map_elem *ctx)
{
	return sweep(ctx, true);
}

/* Iterators may only call helpers that the kernel keeps for the GPL (docs/decisions/0005-licence-of-the-kernel-side.md). */
char LICENSE[] SEC("license") = "GPL";
