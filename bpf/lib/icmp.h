/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* ICMP: whose packet an error quotes. */
#ifndef NETMON_ICMP_H
#define NETMON_ICMP_H

#include "fragments.h"

/*
 * The packet that an ICMP error quotes: `p->key` becomes its tuple, turned around, since the error travels towards the
 * quoted source. False if the quotation is cut too short, or quotes an error: then the error is a flow of its own.
 */
__noinline bool read_quoted(struct __sk_buff *skb, struct packet *p, __u32 offset, __u32 available)
{
	struct packet quoted = {};
	struct ip_layer ip = {};
	__u8 version;

	if (!p || available < sizeof(struct ipv4_header) || !read_header(skb, offset, &version))
		return false;
	/* Lengths in the quotation are those of the whole packet: only what was quoted can be checked. */
	if (version >> 4 == 4) {
		struct ipv4_header h;
		__u32 *source = (__u32 *)quoted.key.addr[0], *destination = (__u32 *)quoted.key.addr[1];

		if (!read_header(skb, offset, &h) || (h.version_ihl & 0xf) < 5)
			return false;
		source[2] = destination[2] = bpf_htonl(0xffff);
		source[3] = h.source;
		destination[3] = h.destination;
		ip.protocol = h.protocol;
		ip.transport = (h.version_ihl & 0xf) * 4;
		ip.later = !!(bpf_ntohs(h.fragment) & IPV4_FRAGMENT_OFFSET);
		ip.id = h.id;
	} else {
		struct ipv6_header h;
		__u32 *source = (__u32 *)quoted.key.addr[0], *destination = (__u32 *)quoted.key.addr[1];

		if (available < sizeof(h) || !read_header(skb, offset, &h) || version >> 4 != 6)
			return false;
		for (int i = 0; i < 4; i++) {
			source[i] = h.source[i];
			destination[i] = h.destination[i];
		}
		quoted.flags = PACKET_IS_IPV6;
		ip.protocol = h.next_header;
		ip.transport = sizeof(h);
	}
	if (ip.transport > available)
		return false;
	ip.length = available - ip.transport;
	ip.transport += offset;
	if ((quoted.flags & PACKET_IS_IPV6) && !skip_ipv6_extensions(skb, &ip))
		return false;

	if (ip.later) {
		recall_fragment(&quoted, &ip);
	} else if (has_ports(ip.protocol)) {
		struct udp_header ports;

		if (ip.length < sizeof(ports) || !read_header(skb, ip.transport, &ports))
			return false;
		quoted.key.port[0] = bpf_ntohs(ports.source);
		quoted.key.port[1] = bpf_ntohs(ports.destination);
	} else if (ip.protocol == IPPROTO_ICMP || ip.protocol == IPPROTO_ICMPV6) {
		struct icmp_header h;

		if (ip.length < sizeof(h) || !read_header(skb, ip.transport, &h) ||
		    icmp_is_error(ip.protocol, h.type))
			return false;
		if (icmp_has_id(ip.protocol, h.type))
			quoted.key.port[0] = quoted.key.port[1] = bpf_ntohs(h.id);
	}

	for (int i = 0; i < 2; i++) {
		p->key.addr[0][i] = quoted.key.addr[1][i];
		p->key.addr[1][i] = quoted.key.addr[0][i];
	}
	p->key.port[0] = quoted.key.port[1];
	p->key.port[1] = quoted.key.port[0];
	p->key.protocol = ip.protocol;
	p->flags |= PACKET_IS_ICMP_ERROR;
	return true;
}

#endif
