/* SPDX-License-Identifier: Apache-2.0 */
/* Names every type of the contract, so that its type information has them all, enums included. */
#include <linux/types.h>
#include "netmon.h"
#include "sockets.h"
#include "drops.h"
#include "trace.h"

#define NAME(kind, type) kind type *name_##type

NAME(struct, flow_record);
NAME(struct, flow_value);
NAME(struct, interface_info);
NAME(struct, overflow_bucket);
NAME(struct, netmon_counters);
NAME(struct, netmon_carried);
NAME(struct, netmon_config);
NAME(struct, netmon_sampling);
NAME(enum, flow_tcp_state);
NAME(enum, flow_flags);
NAME(enum, record_reason);
NAME(enum, interface_kind);
NAME(enum, overflow_class);
NAME(struct, socket_event);
NAME(struct, socket_counters);
NAME(struct, socket_config);
NAME(enum, socket_kind);
NAME(enum, socket_flags);
NAME(struct, drop_key);
NAME(struct, drop_value);
NAME(struct, drop_total);
NAME(struct, drop_place);
NAME(struct, drop_config);
NAME(enum, drop_path);
NAME(enum, drop_unattributed);
NAME(struct, trace_event);
NAME(struct, trace_filter);
NAME(struct, trace_counters);
NAME(enum, trace_point);

enum observer {
	EGRESS = OBSERVER_EGRESS,
	POD = OBSERVER_POD,
	IFINDEX = OBSERVER_IFINDEX,
};

NAME(enum, observer);
