/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The kernel's own structs of packets and sockets, as far as drops.bpf.c reads them: offsets are those of the running kernel. */
#ifndef NETMON_SKB_H
#define NETMON_SKB_H

#include <linux/types.h>

/* Only what we read of them is here, so they have gaps. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpadded"
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* include/net/net_namespace.h */
struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

/* include/linux/netdevice.h */
struct net_device {
	char name[16];
	int ifindex;
	possible_net_t nd_net;
};

/* include/net/sock.h */
struct in6_addr_words {
	__u64 words[2];
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr_words skc_v6_daddr;
	struct in6_addr_words skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol; /* a whole field since 5.6 (bf9765145b85) */
};

/* include/linux/skbuff.h; network_header and its kind are offsets from head. */
struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned long _nfct;
	unsigned int len;
	unsigned int data_len;
	int skb_iif;
	__u32 mark;
	__be16 protocol;
	__u16 transport_header;
	__u16 network_header;
	__u16 mac_header;
	unsigned int tail; /* an offset too, on 64-bit machines */
	unsigned int end;
	unsigned char *head;
	unsigned char *data;
};

struct skb_shared_info {
	unsigned short gso_size;
	unsigned short gso_segs;
};

/* include/net/netfilter/nf_conntrack.h, nf_conntrack_tuple.h */
union nf_inet_addr {
	__u32 all[4];
};

union nf_conntrack_man_proto {
	__be16 all;
};

struct nf_conntrack_man {
	union nf_inet_addr u3;
	union nf_conntrack_man_proto u;
	__u16 l3num;
};

struct nf_conntrack_tuple {
	struct nf_conntrack_man src;
	struct {
		union nf_inet_addr u3;
		union {
			__be16 all;
		} u;
		__u8 protonum;
	} dst;
};

struct nf_conntrack_tuple_hash {
	struct nf_conntrack_tuple tuple;
};

struct nf_conn {
	struct nf_conntrack_tuple_hash tuplehash[2];
	unsigned long status;
};

#pragma clang attribute pop
#pragma clang diagnostic pop

#endif
