/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The contract between the kernel programs and user space: structs and constants, no code.
 *
 * Layout rules: fixed-width types, no implicit padding (-Wpadded is an error). The C# twins live in
 * src/NetMon.Bpf/Records; a test compares every size and offset through BTF. What one build leaves in the kernel another
 * one reads by the names of fields: a field that comes to mean something else gets another name, and padding is called
 * reserved.
 *
 * Every pair `x[2]` is indexed by an end of the flow. For counters, x[e] counts what end e sent.
 * Multi-byte fields are in host byte order, times are nanoseconds of CLOCK_MONOTONIC, addresses are
 * in network order, IPv4 mapped (::ffff:a.b.c.d).
 */
#ifndef NETMON_H
#define NETMON_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* A flow has no direction in its key: end 0 is the smaller (address, port), compared as loaded words. 40 bytes. */
struct flow_key {
	__u64 addr[2][2]; /* 16 bytes each, network order */
	__u16 port[2];    /* ICMP: the identifier of an echo at both ends, else 0 */
	__u8 protocol;    /* IP protocol number, after IPv6 extension headers */
	__u8 reserved[3];
};

/* Counts since the last record: taken (swapped with 0) when a record leaves. 32 bytes. */
struct flow_traffic {
	__u64 packets[2]; /* packets on the wire: segments of a GSO packet */
	__u64 bytes[2];   /* IP bytes on the wire: headers of each segment included, link header not */
};

enum flow_lifecycle {
	FLOW_LIVE = 0,
	FLOW_EXPIRED = 1,  /* its end has been reported; a packet revives it as a new flow */
	FLOW_DELETING = 2, /* being removed; a packet must wait for the new entry */
};

enum flow_tcp_state {
	TCP_NONE = 0, /* not TCP, or nothing known yet */
	TCP_SYN_SENT = 1,
	TCP_SYN_RECEIVED = 2,
	TCP_ESTABLISHED = 3,
	TCP_CLOSING = 4, /* FIN from one end */
	TCP_CLOSED = 5,  /* FIN from both ends */
	TCP_RESET = 6,   /* RST by either end */
};

enum flow_flags {
	FLOW_INITIATOR_1 = 1 << 0, /* end 1 is the initiator; else end 0 */
	FLOW_SYN_SEEN = 1 << 1,    /* the initiator is certain: its SYN (or the SYN/ACK to it) was seen */
	FLOW_OVERLAY = 1 << 2,     /* encapsulated traffic on an uplink */
	FLOW_REFUSED = 1 << 3,     /* RST before the flow was established */
	FLOW_IPV6 = 1 << 4,
	FLOW_REPLIED = 1 << 5, /* the responder sent a packet of its own: an ICMP error is none */
	FLOW_LEFT = 1 << 6,    /* ended since it is no longer chosen: what became of it is not known */
};

/* Where one end's packets are counted: ifindex and OBSERVER_* bits; 0 = not yet seen. */
#define OBSERVER_EGRESS  0x80000000u /* hook: leaving through the interface, else entering */
#define OBSERVER_POD     0x40000000u /* a pod's own interface */
#define OBSERVER_IFINDEX 0x3fffffffu

/* What holds now. 40 bytes. */
struct flow_state {
	__u64 first_ns; /* with the key, the identity of the flow: a reused tuple has another */
	__u64 last_ns;
	__u32 observer[2];
	__u16 tcp_flags[2]; /* OR of all seen; bit 8 is AE (formerly NS) */
	__u8 icmp_type;     /* ICMP flow: type and code of its first packet */
	__u8 icmp_code;
	__u8 icmp_error_type; /* latest ICMP error that quoted this flow; valid when icmp_errors counted one */
	__u8 icmp_error_code;
	__u8 tcp_state;
	__u8 flags;
	__u8 seen[2];    /* kernel only: when its observer last counted, in 2^30 ns, wrapping */
	__u32 lifecycle; /* kernel only */
};

/* How a TCP connection began, microseconds after first_ns, at least 1; 0 = not seen. 24 bytes. */
struct flow_handshake {
	__u32 syn_us;      /* last SYN that was a retry */
	__u32 synack_us;   /* first SYN/ACK */
	__u32 ack_us;      /* first ACK of the initiator after it: established */
	__u32 request_us;  /* last data of the initiator before the responder's first data after it */
	__u32 response_us; /* that data of the responder: the first byte of its answer */
	__u16 mss[2];      /* maximum segment size that each end announced in its SYN; 0 = not seen */
};

/* Rare events since the last record. 120 bytes. */
struct flow_events {
	__u64 retransmitted_bytes[2]; /* TCP payload sent again, by sequence number */
	__u64 zero_window_ns
		[2]; /* how long each end kept its window at 0; the time that ended since the last record */
	__u32 retransmits[2];          /* segments */
	__u32 fast_retransmits[2];     /* of them: upon duplicate ACKs */
	__u32 timeout_retransmits[2];  /* of them: after a silence of the sender as long as a time-out */
	__u32 spurious_retransmits[2]; /* of them: acknowledged before */
	__u32 out_of_order[2];         /* segments that came after later ones, not sent again */
	__u32 duplicate_acks[2];
	__u32 gaps[2];         /* segments before which others are missing here */
	__u32 zero_windows[2]; /* segments that announced a window of 0 */
	__u32 window_full[2];  /* segments that filled the other end's window */
	__u32 resets[2];
	__u32 syn_retries;
	__u32 icmp_errors; /* ICMP errors that quoted this flow */
};

/*
 * Round trips between the observation point and each end, since the last record: from data towards that end to its ACK. At
 * most one sample each RTT_PAUSE_NS and end. Bucket b holds those of up to 2^(b + RTT_FIRST_SHIFT) microseconds that the
 * bucket before does not; the last holds the rest. 72 bytes.
 */
#define RTT_BUCKETS     16
#define RTT_FIRST_SHIFT 6
#define RTT_PAUSE_NS    (1u << 20)

struct flow_round_trips {
	__u32 sum_us[2];
	__u16 buckets[2][RTT_BUCKETS];
};

/* The shortest and longest of the flow's round trips to each end, microseconds; 0 = none. 16 bytes. */
struct flow_extremes {
	__u32 min_us[2];
	__u32 max_us[2];
};

enum tcp_end_bits {
	TCP_SEQ_KNOWN = 1 << 0,      /* next_seq is valid */
	TCP_HIGHEST_BY_ACK = 1 << 1, /* next_seq was moved last by a segment without data */
	TCP_KEEP_ALIVE = 1 << 2,     /* the last segment was a keep-alive */
	TCP_PROBE = 1 << 3,          /* the last segment probed a window of 0 */
	TCP_WINDOW_SHUT = 1 << 4,    /* the window was 0 at the last segment */
	TCP_DATA = 1 << 5,           /* sent data */
	TCP_ANSWERED = 1 << 6,       /* handshake.response_us is known */
	TCP_AMBIGUOUS = 1 << 7,      /* sent something again while a round trip was measured */
};

/*
 * What one end of a TCP connection sent last. Written by that end's packets alone, but for trip. Times are ticks of 2^10 ns,
 * wrapping in 73 minutes. 32 bytes, so that both ends fill a cache line, the only one that health adds to a packet's.
 */
struct tcp_end {
	__u32 next_seq;      /* highest sequence number sent + 1 */
	__u32 next_at;       /* when a segment moved it last */
	__u32 ack;           /* latest acknowledgment number; 0 = none */
	__u32 edge;          /* that and the window: where the other end must stop */
	__u32 trip_seq;      /* the acknowledgment that ends the round trip being measured */
	__u32 trip;          /* ticks at its start << 1 | whether it goes on */
	__u8 scale;          /* of the window: 1 + shift; 0 = unknown */
	__u8 duplicate_acks; /* in a row */
	__u8 bits;           /* enum tcp_end_bits */
	__u8 reserved;
	__u32 resent_at; /* when it last sent something again */
};

/* What only rare packets of an end touch, x[e]: end e's. 24 bytes. */
struct tcp_rare {
	__u32 repeated_at[2];  /* latest packet that repeated an acknowledgment, or left the window shut */
	__u32 resent_value[2]; /* timestamp value of the segment that made a round trip ambiguous; 0 = none */
	__u32 gap_end[2];      /* where the latest gap ended: what is above was seen without one; 0 = none */
};

/*
 * Value of the flow map: 416 bytes. An element (48 + 40 + value) has an object of the kernel's 512-byte slab, less 8 for its
 * list: this is the most that fits. Counting touches the first 96 bytes; tcp begins a cache line.
 */
struct flow_value {
	struct flow_traffic traffic;
	struct flow_state state;
	__u32 reported_ms;   /* when the last record left, in 2^20 ns */
	__u8 has_events;     /* something in events may not be 0 */
	__u8 has_trips;      /* something in round_trips may not be 0 */
	__u16 sampling_rate; /* at which what is to be taken was counted */
	__u64 credit[2];     /* counted elsewhere before the pod's interface saw it: packets << 40 | bytes */
	struct tcp_end tcp[2];
	struct flow_handshake handshake;
	struct flow_extremes extremes;
	struct tcp_rare rare;
	struct flow_round_trips round_trips;
	struct flow_events events;
};

#define CREDIT_SHIFT       40
#define CREDIT_MAX_PACKETS 4096 /* beyond, the direction stays where it is counted */

enum record_reason {
	RECORD_OPEN = 0,
	RECORD_UPDATE = 1, /* interval, or sweep of a flow that went quiet */
	RECORD_CLOSE = 2,  /* FIN both ways, or RST; later packets still count */
	RECORD_END = 3,    /* the flow left the map; nothing follows */
	RECORD_LATE = 4,   /* packets that raced with RECORD_END; same identity */
};

/* What leaves the kernel, through the ring and through a sweep. 360 bytes. */
struct flow_record {
	struct flow_key key;
	__u64 time_ns; /* when it left */
	struct flow_traffic traffic;
	struct flow_state state;
	struct flow_events events;
	struct flow_handshake handshake;
	struct flow_extremes extremes;
	struct flow_round_trips round_trips;
	__u32 reason;        /* enum record_reason */
	__u32 sampling_rate; /* its counts stand for this many times as much: one flow of as many was chosen */
};

/*
 * The ring's reader is woken for a record at most every WAKE_INTERVAL_NS on average, with bursts of WAKE_BURST; between, it
 * looks by itself: a reader that was woken looks again within 2 * WAKE_INTERVAL_NS until it finds nothing.
 */
#define WAKE_INTERVAL_NS 2000000ull
#define WAKE_BURST       16

/* Interfaces under observation: key ifindex, in the map `interfaces`. 16 bytes. */
enum interface_kind {
	INTERFACE_OTHER = 0,
	INTERFACE_UPLINK = 1,
	INTERFACE_POD = 2,
};

struct interface_info {
	__u64 since_ns; /* when observation began */
	__u32 kind;     /* enum interface_kind */
	__u32 reserved;
};

/* Overflow buckets: packets that found no room in the flow map. Index: class * 2 + (egress ? 1 : 0). */
enum overflow_class {
	OVERFLOW_TCP = 0,
	OVERFLOW_UDP = 1,
	OVERFLOW_ICMP = 2,
	OVERFLOW_OTHER = 3,
	OVERFLOW_CLASSES = 4,
};

struct overflow_bucket {
	__u64 packets;
	__u64 bytes;
};

/*
 * One per CPU, in the map `counters`. Every packet handed to a program is in a flow, an overflow bucket, or
 * one of: skipped, unsampled, arp, non_ip, malformed. Overflow buckets and skipped are scaled: a packet of a chosen flow is
 * as many as the sampling rate says.
 */
struct netmon_counters {
	__u64 skipped_packets; /* counted at another observation point of the same flow; scaled */
	__u64 skipped_bytes;
	__u64 arp;
	__u64 non_ip;
	__u64 malformed;           /* truncated or lying headers */
	__u64 fragments_unmatched; /* later fragments with no first one seen: counted with ports 0 */
	__u64 fragment_map_failed; /* first fragments that could not be remembered */
	__u64 flows_created;
	__u64 flows_removed;
	__u64 flow_map_full;   /* insertions refused for lack of room */
	__u64 flow_map_failed; /* insertions refused for another reason */
	__u64 flow_delete_failed;
	__u64 flow_races;   /* packets that met a flow being removed and gave up: in an overflow bucket */
	__u64 records;      /* records put on the ring */
	__u64 records_late; /* ring full: counts carried over to a later record */
	__u64 handovers;    /* directions that moved to a pod's own interface */
	__u64 takeovers;    /* directions whose observer fell silent or went away */
	__u64 sweep_records;
	__u64 unsampled_packets; /* of flows that were not chosen, at each hook; this and what follows only while rate > 1 */
	__u64 unsampled_bytes;
	__u64 sampled_packets; /* of chosen flows, at each hook, as they are */
	__u64 sampled_bytes;
	__u64 estimated_packets; /* the same, scaled: what both are together, by estimation */
	__u64 estimated_bytes;
};

/* One flow of `rate` is counted. Written by user space at run time, as one word. 8 bytes. */
#define NETMON_MAX_SAMPLING_RATE 65535

struct netmon_sampling {
	__u32 rate;      /* 1: all */
	__u32 threshold; /* a flow is chosen whose hash is not larger: 2^32 / rate - 1 */
};

/* What programs of earlier layouts had counted, whose maps are gone: key 0 of the map `carried`. */
struct netmon_carried {
	__u64 generation; /* number of the newest that is in it */
	struct netmon_counters counters;
	struct overflow_bucket overflow[OVERFLOW_CLASSES * 2];
};

/* Fragments of one datagram: key of the LRU map `fragments`; value: the ports of the first fragment. */
struct fragment_key {
	__u8 source[16];
	__u8 destination[16];
	__u32 id;
	__u32 protocol; /* IPv4 only: IPv6 identifies by addresses and id */
};

struct fragment_ports {
	__u16 source;
	__u16 destination;
	__u8 protocol;
	__u8 reserved[3];
};

/* Settings: set before load, read-only after, so that the verifier drops dead branches. */
#define NETMON_OVERLAY_PORTS 8

struct netmon_config {
	__u64 interval_ns;      /* between records of an active flow */
	__u64 tcp_handshake_ns; /* time-outs: from the last packet until the flow ends */
	__u64 tcp_idle_ns;
	__u64 tcp_closed_ns;
	__u64 udp_idle_ns;
	__u64 icmp_idle_ns;
	__u64 other_idle_ns;
	__u64 delete_after_ns; /* from the end of a flow to its entry's deletion: longer than a CPU may stand still */
	__u16 overlay_ports[NETMON_OVERLAY_PORTS]; /* UDP destination ports of encapsulations; 0 = unused */
	__u32 tcp_health; /* round trips, window and kinds of loss; without, retransmits count by sequence number alone */
	__u32 reserved;
};

#endif
