/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What makes a flow's key, however its packet is read: the order of its ends, and which protocols have what in the place of ports. */
#ifndef NETMON_KEY_H
#define NETMON_KEY_H

#include "../netmon.h"
#include "headers.h"

#define MAX_EXTENSION_HEADERS 8

static __always_inline bool is_ipv6_extension(__u8 protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING || protocol == IPPROTO_FRAGMENT ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_AH || protocol == IPPROTO_MH ||
	       protocol == IPPROTO_EXT_HIP || protocol == IPPROTO_EXT_SHIM6;
}

/* Echo and the other queries (RFC 792, RFC 950): request and reply share an identifier. */
static __always_inline bool icmp_has_id(__u8 protocol, __u8 type)
{
	if (protocol == IPPROTO_ICMP)
		return type == 0 || type == 8 || (type >= 13 && type <= 18);
	return type == 128 || type == 129;
}

static __always_inline bool icmp_is_error(__u8 protocol, __u8 type)
{
	if (protocol ==
	    IPPROTO_ICMP) /* unreachable, source quench, redirect, time exceeded, parameter problem */
		return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
	return type >= 1 && type <= 4;
}

static __always_inline bool has_ports(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
	       protocol == IPPROTO_SCTP;
}

/* End 0 of a key is the smaller one. Returns the end that the sender, at end 0 until now, has become. */
static __always_inline __u8 make_canonical(struct flow_key *k)
{
	bool swap = k->addr[0][0] != k->addr[1][0]   ? k->addr[0][0] > k->addr[1][0]
	            : k->addr[0][1] != k->addr[1][1] ? k->addr[0][1] > k->addr[1][1]
	                                             : k->port[0] > k->port[1];

	if (!swap)
		return 0;
	for (int i = 0; i < 2; i++) {
		__u64 word = k->addr[0][i];

		k->addr[0][i] = k->addr[1][i];
		k->addr[1][i] = word;
	}
	__u16 port = k->port[0];

	k->port[0] = k->port[1];
	k->port[1] = port;
	return 1;
}

#endif
