/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What a GSO packet will be, or was, on the wire. */
#ifndef NETMON_GSO_H
#define NETMON_GSO_H

#include "ip.h"

static __always_inline bool is_overlay_port(__u16 port)
{
	for (int i = 0; i < NETMON_OVERLAY_PORTS; i++)
		if (config.overlay_ports[i] && config.overlay_ports[i] == port)
			return true;
	return false;
}

/*
 * Bytes of the headers inside an encapsulation, which every segment of a GSO packet repeats.
 * `offset` is behind the outer IP or UDP header. 0 if there is no inner TCP or UDP header that we can read.
 */
__noinline __u32 inner_headers(struct __sk_buff *skb, __u32 offset, __u32 protocol, __u32 port)
{
	__u32 start = offset;
	__u32 ethertype = 0;
	__be16 type;
	__u8 byte;

	if (protocol == IPPROTO_GRE) { /* RFC 2784, RFC 2890 */
		struct icmp_header h;  /* 8 bytes: flags, protocol, ... */

		if (!read_header(skb, offset, &h))
			return 0;
		ethertype = bpf_ntohs(h.checksum); /* second 16 bits: the protocol */
		offset += 4 + (h.type & 0x80 ? 4 : 0) + (h.type & 0x20 ? 4 : 0) + (h.type & 0x10 ? 4 : 0);
	} else if (protocol == IPPROTO_UDP) { /* VXLAN (RFC 7348), Geneve (RFC 8926) */
		if (port == 6081) {
			struct icmp_header h;

			if (!read_header(skb, offset, &h))
				return 0;
			ethertype = bpf_ntohs(h.checksum);
			offset += 8 + (h.type & 0x3f) * 4;
		} else {
			ethertype = ETHERTYPE_TEB;
			offset += 8;
		}
	}
	if (ethertype == ETHERTYPE_TEB) {
		if (!read_header(skb, offset + 12, &type))
			return 0;
		offset += 14;
		if (type == bpf_htons(ETHERTYPE_VLAN))
			offset += 4;
	}

	if (!read_header(skb, offset, &byte))
		return 0;
	if (byte >> 4 == 4) {
		struct ipv4_header h;

		if (!read_header(skb, offset, &h))
			return 0;
		offset += (h.version_ihl & 0xf) * 4;
		protocol = h.protocol;
	} else if (byte >> 4 == 6) {
		struct ipv6_header h;
		struct ip_layer ip = { .length = 0xffff };

		if (!read_header(skb, offset, &h))
			return 0;
		ip.protocol = h.next_header;
		ip.transport = offset + sizeof(h);
		if (!skip_ipv6_extensions(skb, &ip))
			return 0;
		offset = ip.transport;
		protocol = ip.protocol;
	} else {
		return 0;
	}

	if (protocol == IPPROTO_TCP) {
		struct tcp_header h;

		if (!read_header(skb, offset, &h))
			return 0;
		return offset - start + (bpf_ntohs(h.offset_flags) >> 12) * 4;
	}
	return protocol == IPPROTO_UDP ? offset - start + sizeof(struct udp_header) : 0;
}

/* What a GSO packet is on the wire: its segments, each with all headers. `headers`: from IP to the last one. */
static __always_inline void segment(struct __sk_buff *skb, struct packet *p, __u32 headers)
{
	__u32 segments = skb->gso_segs;

	/* A packet from a guest or a tun device carries a segment size, but no count. */
	if (!segments && skb->gso_size != GSO_BY_FRAGS && p->bytes > headers)
		segments = (p->bytes - headers + skb->gso_size - 1) / skb->gso_size;
	if (segments > 1) {
		p->packets = segments;
		p->bytes += (__u64)(segments - 1) * headers;
	}
}

#endif
