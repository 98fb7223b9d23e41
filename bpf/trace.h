/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The contract between trace.bpf.c and user space; the rules are those of netmon.h. */
#ifndef NETMON_TRACE_H
#define NETMON_TRACE_H

#include "netmon.h"

/* Where on its way a packet was seen. */
enum trace_point {
	TRACE_RECEIVE = 1, /* it came into the stack by an interface: just before tc ingress */
	TRACE_SEND = 2,    /* it is to leave by an interface: just after tc egress */
	TRACE_DRIVER = 3,  /* the interface's driver took it, or did not: `code` */
	TRACE_SOCKET = 4,  /* a socket took it: of TCP, an established connection's */
	TRACE_READ = 5,    /* a process read it */
	TRACE_DONE = 6,    /* it was freed, having served its purpose */
	TRACE_DROP = 7,    /* it was freed, for `reason` at `location` */
};

#define TRACE_INTERFACE_NAME 16

/* A packet at a point of its way. 128 bytes. */
struct trace_event {
	__u64 time_ns;
	__u64 buffer;   /* the kernel's buffer: the same as long as it is one packet's */
	__u64 since_ns; /* when this packet was seen first; with `buffer` its identity */
	__u64 location;
	__u64 source[2]; /* IPv4 mapped */
	__u64 destination[2];
	__u32 netns; /* inode number; 0 = not known */
	__u32 ifindex;
	__u32 length; /* from the IP header on */
	__u32 mark;
	__u32 reason;
	__s32 code;
	__u32 sequence; /* of TCP */
	__u16 ports[2];
	__u16 ip_id;
	__u8 point; /* enum trace_point */
	__u8 protocol;
	__u8 tcp_flags;
	__u8 has_tuple; /* addresses, ports, protocol, flags and length are known */
	__u8 reserved[10];
	char interface[TRACE_INTERFACE_NAME];
};

/* What is traced: all that is set has to fit. */
struct trace_filter {
	__u64 address[2][2]; /* of either end */
	__u64 mask[2][2];    /* 0 = any */
	__u64 packets;       /* per second, at most */
	__u16 port[2];       /* of either end; 0 = any */
	__u8 protocol;       /* 0 = any */
	__u8 has_interface;
	__u8 reserved[2];
	char interface[TRACE_INTERFACE_NAME];
};

/* Per CPU. */
struct trace_counters {
	__u64 events;
	__u64 lost;    /* events that found no room in the ring */
	__u64 limited; /* packets beyond the rate */
	__u64 untold;  /* packets that could not be remembered: the map was full */
};

#endif
