/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The contract between drops.bpf.c and user space; the rules are those of netmon.h. */
#ifndef NETMON_DROPS_H
#define NETMON_DROPS_H

#include "netmon.h"

/* Where on its way through a network namespace a packet was dropped. */
enum drop_path {
	DROP_SEND = 0,    /* made in the namespace, not yet out of it */
	DROP_RECEIVE = 1, /* came in by the interface, not yet routed out by another one */
	DROP_FORWARD = 2, /* came in by another interface */
};

#define DROP_INTERFACE_NAME 16

/* Packets of one flow's end that were dropped in one place for one reason. 64 bytes. */
struct drop_key {
	struct flow_key flow;
	__u64 location; /* address of the kernel's instruction */
	__u32 reason;   /* enum skb_drop_reason of the running kernel */
	__u32 netns;    /* inode number of the network namespace; 0 = not known */
	__u32 ifindex;  /* in that namespace; 0 = none */
	__u8 from;      /* the end of the flow that sent the packets */
	__u8 path;      /* enum drop_path */
	__u8 reserved[2];
};

/* 104 bytes. */
struct drop_value {
	__u64 packets; /* on the wire: segments of a GSO packet */
	__u64 bytes;   /* IP bytes on the wire */
	__u64 first_ns;
	__u64 last_ns;
	struct flow_key
		original; /* the key before the translation of addresses; protocol 0 = not translated */
	char interface[DROP_INTERFACE_NAME];
	__u8 original_from;   /* the end of `original` that sent the packets */
	__u8 original_source; /* the end of `original` that began the connection */
	__u8 reserved[6];
};

/*
 * What was dropped for one reason, per CPU: the truth that the sums of drop_value are held against. What is in no drop_value is
 * in one of unattributed[]. 64 bytes.
 */
enum drop_unattributed {
	DROP_MAP_FULL = 0,
	DROP_NON_IP = 1,
	DROP_UNREADABLE = 2, /* headers that are missing, cut off or not linear */
	DROP_UNATTRIBUTED = 3,
};

struct drop_total {
	__u64 packets;
	__u64 bytes;
	__u64 ordinary; /* buffers that were freed for a reason that is no loss: in none of the others */
	__u64 foreign; /* buffers that are no network packets (local sockets, netlink): in none of the others */
	__u64 unattributed[DROP_UNATTRIBUTED];
	__u64 reserved;
};

/* Index of drop_total: the reason itself, or one for all reasons of a sub-system (reason >> 16). */
#define DROP_REASONS    256
#define DROP_SUBSYSTEMS 16
#define DROP_TOTALS     (DROP_REASONS + DROP_SUBSYSTEMS)

/* Key of `drop_ordinary_places`: where freeing for this reason is no loss. */
struct drop_place {
	__u64 location;
	__u32 reason;
	__u32 reserved;
};

struct drop_config {
	__u64 ordinary[DROP_REASONS / 64]; /* bit r: reason r is no loss */
};

#endif
