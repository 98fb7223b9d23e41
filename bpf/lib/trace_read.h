/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Whose a buffer is that a packet trace meets: its interface and namespace, and the tuple that tells its packet from others. */
#ifndef NETMON_TRACE_READ_H
#define NETMON_TRACE_READ_H

#include "../trace.h"
#include "dropped.h"

static __always_inline void read_interface(struct trace_event *e, const struct net_device *dev)
{
	/* It shares its place with other things: it is a device only if it leads to a namespace. */
	if (((__u64)dev & 0xffff000000000000ull) != 0xffff000000000000ull)
		return;
	e->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
	if (e->netns < 0xefffff00u) {
		e->netns = 0;
		return;
	}
	e->ifindex = BPF_CORE_READ(dev, ifindex);
	bpf_probe_read_kernel(e->interface, sizeof(e->interface), &dev->name);
}

/* The headers, from `ip` on. */
static __always_inline bool read_tuple(struct trace_event *e, struct dropped *d, bool ipv6)
{
	__u32 claimed;

	if (ipv6 ? !read_ipv6_at(d, 0, &claimed) : !read_ipv4_at(d, 0, &claimed))
		return false;
	if (!ipv6) {
		struct ipv4_header h;

		if (read_at(d, 0, &h))
			e->ip_id = bpf_ntohs(h.id);
	}
	if (!d->later && has_ports(d->protocol))
		read_ports_at(d);
	if (!d->later && (d->protocol == IPPROTO_ICMP || d->protocol == IPPROTO_ICMPV6)) {
		struct icmp_header h;

		if (read_at(d, d->transport, &h) && icmp_has_id(d->protocol, h.type)) {
			d->key.port[0] = d->key.port[1] = bpf_ntohs(h.id);
			e->sequence = bpf_ntohs(h.sequence);
		}
	}
	if (!d->later && d->protocol == IPPROTO_TCP) {
		struct tcp_header h;

		if (read_at(d, d->transport, &h)) {
			e->tcp_flags = bpf_ntohs(h.offset_flags) & 0xff;
			e->sequence = bpf_ntohl(h.seq);
		}
	}
	__builtin_memcpy(e->source, d->key.addr[0], sizeof(e->source));
	__builtin_memcpy(e->destination, d->key.addr[1], sizeof(e->destination));
	e->ports[0] = d->key.port[0];
	e->ports[1] = d->key.port[1];
	e->protocol = d->protocol;
	e->length = d->length;
	e->has_tuple = 1;
	return true;
}

/* `at_data`: the IP header is where the data begins, and network_header not set yet. */
static __always_inline bool read_packet(struct trace_event *e, const struct sk_buff *skb, bool at_data)
{
	const unsigned char *head = BPF_CORE_READ(skb, head);
	__u32 network = BPF_CORE_READ(skb, network_header), tail = BPF_CORE_READ(skb, tail);
	__u16 type = at_data ? bpf_ntohs(BPF_CORE_READ(skb, protocol)) : ethertype_of(skb);
	struct dropped d = {};
	__s64 length;

	if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6)
		return false;
	if (at_data)
		network = BPF_CORE_READ(skb, data) - head;
	if (!network || network == HEADER_UNSET || tail <= network)
		return false;
	d.ip = head + network;
	d.linear = tail - network;
	length = (__s64)BPF_CORE_READ(skb, len) + (BPF_CORE_READ(skb, data) - d.ip);
	d.length = length > 0 && length < (1 << 24) ? length : d.linear;
	return read_tuple(e, &d, type == ETHERTYPE_IPV6);
}

#endif
