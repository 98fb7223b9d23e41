/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * From bytes to a struct packet: whose it is (key, sending end), how much it was on the wire, what TCP or ICMP said.
 *
 *  1. link header and VLAN tags  2. IPv4, or IPv6 with its extension headers  3. fragments  4. transport header
 *  5. ICMP errors: the quoted packet's tuple takes the place of the error's own  6. size on the wire  7. canonical key
 *
 * Nothing here trusts a length that the packet claims about itself before it is checked against what the frame holds.
 */
#ifndef NETMON_PACKET_H
#define NETMON_PACKET_H

#include "gso.h"
#include "icmp.h"

#define MAX_VLAN_TAGS 4

static __always_inline bool read_ports(struct __sk_buff *skb, const struct ip_layer *ip, struct packet *p,
                                       __u32 *length)
{
	struct udp_header h;

	*length = ip->protocol == IPPROTO_SCTP ? 12 : sizeof(h);
	if (ip->length < *length || !read_header(skb, ip->transport, &h))
		return false;
	/* 0 in a UDP jumbogram; UDP-Lite has its checksum coverage there, SCTP its verification tag. */
	if (ip->protocol == IPPROTO_UDP && !ip->fragment && !skb->gso_size) {
		__u32 claimed = bpf_ntohs(h.length);

		if (claimed < sizeof(h) || claimed > ip->length)
			return false;
	}
	p->key.port[0] = bpf_ntohs(h.source);
	p->key.port[1] = bpf_ntohs(h.destination);
	return true;
}

/* A first fragment may end within the header (RFC 1858): its 8 bytes at least hold the ports. */
static __always_inline bool read_tcp(struct __sk_buff *skb, const struct ip_layer *ip, struct packet *p,
                                     __u32 *length)
{
	struct tcp_header h;

	if (ip->length < sizeof(h))
		return ip->fragment && read_ports(skb, ip, p, length);
	if (!read_header(skb, ip->transport, &h))
		return false;
	*length = (bpf_ntohs(h.offset_flags) >> 12) * 4;
	if (*length < sizeof(h))
		return false;
	if (*length > ip->length) {
		if (!ip->fragment)
			return false;
		*length = ip->length;
	}
	p->key.port[0] = bpf_ntohs(h.source);
	p->key.port[1] = bpf_ntohs(h.destination);
	p->seq = bpf_ntohl(h.seq);
	p->ack = bpf_ntohl(h.ack);
	p->payload = ip->length - *length;
	p->options = ip->transport + sizeof(h);
	p->options_length = *length - sizeof(h);
	p->tcp_flags = bpf_ntohs(h.offset_flags) & TCP_FLAGS;
	p->window = bpf_ntohs(h.window);
	return true;
}

static __always_inline bool read_icmp(struct __sk_buff *skb, const struct ip_layer *ip, struct packet *p)
{
	struct icmp_header h;

	if (ip->length < sizeof(h) || !read_header(skb, ip->transport, &h))
		return false;
	p->icmp_type = h.type;
	p->icmp_code = h.code;
	if (icmp_has_id(ip->protocol, h.type))
		p->key.port[0] = p->key.port[1] = bpf_ntohs(h.id);
	else if (icmp_is_error(ip->protocol, h.type))
		read_quoted(skb, p, ip->transport + sizeof(h), ip->length - sizeof(h));
	return true;
}

/* `offset`: of the IP header. */
static __always_inline enum packet_kind read_ip(struct __sk_buff *skb, __u32 offset, bool ipv6,
                                                struct packet *p)
{
	struct ip_layer ip = {};
	__u32 available = skb->len - offset;
	__u32 transport_header = 0;

	if (skb->len < offset)
		return PACKET_MALFORMED;
	if (ipv6 ? !read_ipv6(skb, offset, available, p, &ip) : !read_ipv4(skb, offset, available, p, &ip))
		return PACKET_MALFORMED;

	if (ip.later)
		recall_fragment(p, &ip);
	p->key.protocol = ip.protocol;
	if (!ip.later) {
		if (ip.protocol == IPPROTO_TCP) {
			if (!read_tcp(skb, &ip, p, &transport_header))
				return PACKET_MALFORMED;
		} else if (has_ports(ip.protocol)) {
			if (!read_ports(skb, &ip, p, &transport_header))
				return PACKET_MALFORMED;
		} else if (ip.protocol == IPPROTO_ICMP || ip.protocol == IPPROTO_ICMPV6) {
			if (!read_icmp(skb, &ip, p))
				return PACKET_MALFORMED;
		}
		/* Later fragments of an ICMP error stay with the carrier: the quoted tuple is not theirs. */
		if (ip.fragment && !(p->flags & PACKET_IS_ICMP_ERROR))
			remember_fragment(p, &ip);
	}
	if (ip.fragment)
		p->flags |= ip.later ? PACKET_IS_FRAGMENT | PACKET_IS_LATER_FRAGMENT : PACKET_IS_FRAGMENT;

	p->packets = 1;
	if (skb->gso_size) {
		__u32 headers = ip.transport - offset + transport_header;

		if (ip.protocol != IPPROTO_TCP &&
		    (ip.protocol != IPPROTO_UDP || is_overlay_port(p->key.port[1])))
			headers += inner_headers(skb, ip.transport + transport_header, ip.protocol,
			                         p->key.port[1]);
		segment(skb, p, headers);
	}
	p->from = make_canonical(&p->key);
	return PACKET_IP;
}

/* Returns the offset of the IP header; `ethertype` is what stands there. 0 if the frame ends before. */
static __always_inline __u32 skip_link_header(struct __sk_buff *skb, __u16 *ethertype)
{
	__u32 offset = 12;

	for (int i = 0; i <= MAX_VLAN_TAGS; i++) {
		__be16 type;

		if (!read_header(skb, offset, &type))
			return 0;
		*ethertype = bpf_ntohs(type);
		offset += 2;
		if (*ethertype != ETHERTYPE_VLAN && *ethertype != ETHERTYPE_QINQ &&
		    *ethertype != ETHERTYPE_QINQ1)
			return offset;
		offset += 2;
	}
	return offset;
}

static __always_inline enum packet_kind read_packet(struct __sk_buff *skb, bool link_header, struct packet *p)
{
	__u16 ethertype = 0;
	__u32 offset = 0;

	if (link_header) {
		offset = skip_link_header(skb, &ethertype);
		if (!offset)
			return PACKET_MALFORMED;
		if (ethertype == ETHERTYPE_ARP)
			return PACKET_ARP;
	} else {
		__u8 version;

		if (!read_header(skb, 0, &version))
			return PACKET_MALFORMED;
		ethertype = version >> 4 == 4 ? ETHERTYPE_IPV4 : version >> 4 == 6 ? ETHERTYPE_IPV6 : 0;
	}
	if (ethertype != ETHERTYPE_IPV4 && ethertype != ETHERTYPE_IPV6)
		return PACKET_NON_IP;
	return read_ip(skb, offset, ethertype == ETHERTYPE_IPV6, p);
}

#endif
