/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The contract of the socket programs with user space, under the rules of netmon.h. Twins: src/NetMon.Bpf/Records/SocketEvent.cs. */
#ifndef NETMON_SOCKETS_H
#define NETMON_SOCKETS_H

#include "netmon.h"

enum socket_kind {
	SOCKET_OPENED =
		1, /* a connection of which the tuple is known: before its SYN leaves, or when it was accepted */
	SOCKET_SEEN = 2,   /* a connection, by the iterator */
	SOCKET_CLOSED = 3, /* a connection that is over; a UDP socket that was connected and is closed */
	SOCKET_BOUND =
		4, /* a socket that waits for others: TCP that listens, UDP that has a port and no peer */
	SOCKET_UNBOUND = 5,
};

enum socket_flags {
	SOCKET_ACCEPTED = 1 << 0,  /* the other end opened the connection */
	SOCKET_CGROUP_1 = 1 << 1,  /* the cgroup is of the memory controller's hierarchy of version 1 */
	SOCKET_CONNECTED = 1 << 2, /* kernel only: the owner connected it, so it is nobody else's */
	SOCKET_REPORTED = 1 << 3,  /* kernel only: user space was told of it */
};

#define SOCKET_COMMAND 16

/* Whose a socket is: kept with the socket, inherited by what a listening one accepts. 48 bytes. */
struct socket_owner {
	__u64 cgroup;  /* id in the cgroup v2 hierarchy, or see SOCKET_CGROUP_1 */
	__u64 netns;   /* cookie of the socket's network namespace (before Linux 5.12: inode) */
	__u64 seen_ns; /* when it was last certain that the process has the socket */
	__u32 pid;     /* of the thread group, in the root pid namespace; 0 = not known */
	__u32 flags;
	char command[SOCKET_COMMAND]; /* of the thread group's leader */
};

/* What leaves the kernel, through the ring and by the iterator. 152 bytes. */
struct socket_event {
	struct flow_key key; /* of a socket without a peer: one end is all 0 */
	__u64 time_ns;
	__u64 cookie; /* of the socket: none has had it before */
	__u64 home
		[2]; /* an address of the network namespace, for sockets that are bound to none; 0 = not known */
	__u64 delivery_rate; /* bytes per second; 0 = not known */
	struct socket_owner owner;
	__u32 srtt_us;
	__u32 rttvar_us;
	__u32 min_rtt_us;
	__u32 retransmits;
	__u8 kind;      /* enum socket_kind */
	__u8 local_end; /* 0 or 1: the end of the key that is this socket's */
	__u8 state;     /* TCP_* of include/net/tcp_states.h */
	__u8 has_figures;
	__u32 reserved;
};

/* One per CPU, in the map `counters`. */
struct socket_counters {
	__u64 events;         /* put on the ring */
	__u64 events_lost;    /* ring full */
	__u64 storage_failed; /* sockets whose owner could not be kept with them */
	__u64 seen;           /* written by the iterator */
	__u64 files;          /* open files that the iterator looked at */
};

struct socket_config {
	__u64 stale_ns; /* a process that was not seen to have a socket for so long has it no more */
	__u8 loopback;  /* connections of a host with itself, too */
	__u8 reserved[7];
};

#endif
