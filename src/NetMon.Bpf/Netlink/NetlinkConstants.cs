namespace NetMon.Bpf.Netlink;

// Numbers of linux/netlink.h, net_namespace.h, nfnetlink.h, nfnetlink_conntrack.h, rtnetlink.h, if_link.h, if_addr.h, if.h, pkt_sched.h and pkt_cls.h; native names kept.

internal static class NetlinkProtocol
{
    public const int NETLINK_ROUTE = 0;
    public const int NETLINK_SOCK_DIAG = 4;
    public const int NETLINK_NETFILTER = 12;

    public const ushort NLMSG_ERROR = 2;
    public const ushort NLMSG_DONE = 3;

    public const ushort NLM_F_REQUEST = 0x01;
    public const ushort NLM_F_ACK = 0x04;
    public const ushort NLM_F_ECHO = 0x08;
    public const ushort NLM_F_DUMP_INTR = 0x10;
    public const ushort NLM_F_DUMP = 0x300;
    public const ushort NLM_F_REPLACE = 0x100;
    public const ushort NLM_F_EXCL = 0x200;
    public const ushort NLM_F_CREATE = 0x400;

    /// <summary>In an error or acknowledgement: attributes follow.</summary>
    public const ushort NLM_F_ACK_TLVS = 0x200;

    /// <summary>In an error: only the header of the request follows, not its payload.</summary>
    public const ushort NLM_F_CAPPED = 0x100;
    public const ushort NLMSGERR_ATTR_MSG = 1;

    public const int SOL_NETLINK = 270;
    public const int NETLINK_ADD_MEMBERSHIP = 1;
    public const int NETLINK_LISTEN_ALL_NSID = 8;
    public const int NETLINK_CAP_ACK = 10;
    public const int NETLINK_EXT_ACK = 11;
    public const int NETLINK_GET_STRICT_CHK = 12;
}

internal static class RouteProtocol
{
    public const ushort RTM_NEWLINK = 16;
    public const ushort RTM_DELLINK = 17;
    public const ushort RTM_GETLINK = 18;
    public const ushort RTM_NEWADDR = 20;
    public const ushort RTM_DELADDR = 21;
    public const ushort RTM_GETADDR = 22;
    public const ushort RTM_NEWROUTE = 24;
    public const ushort RTM_DELROUTE = 25;
    public const ushort RTM_GETROUTE = 26;

    public const int RTNLGRP_LINK = 1;
    public const int RTNLGRP_IPV4_IFADDR = 5;
    public const int RTNLGRP_IPV4_ROUTE = 7;
    public const int RTNLGRP_IPV6_IFADDR = 9;
    public const int RTNLGRP_IPV6_ROUTE = 11;

    public const byte AF_UNSPEC = 0;
    public const byte AF_INET = 2;
    public const byte AF_INET6 = 10;

    public const ushort IFLA_IFNAME = 3;
    public const ushort IFLA_LINK = 5;
    public const ushort IFLA_MASTER = 10;
    public const ushort IFLA_LINKINFO = 18;
    public const ushort IFLA_EXT_MASK = 29;
    public const ushort IFLA_LINK_NETNSID = 37;
    public const ushort IFLA_INFO_KIND = 1;
    public const uint RTEXT_FILTER_SKIP_STATS = 1 << 3;

    public const uint IFF_UP = 0x1;
    public const uint IFF_LOOPBACK = 0x8;
    public const uint IFF_RUNNING = 0x40;

    public const ushort IFA_ADDRESS = 1;
    public const ushort IFA_LOCAL = 2;
    public const ushort IFA_TARGET_NETNSID = 10;

    public const ushort RTA_OIF = 4;
    public const ushort RTA_MULTIPATH = 9;
    public const ushort RTA_TABLE = 15;
    public const byte RTN_UNICAST = 1;
    public const byte RT_SCOPE_SITE = 200;
    public const uint RT_TABLE_LOCAL = 255;
    public const uint RTM_F_CLONED = 0x200;
}

internal static class ConntrackProtocol
{
    /// <summary>NFNL_SUBSYS_CTNETLINK in the high byte, IPCTNL_MSG_CT_NEW or _GET in the low one.</summary>
    public const ushort IPCTNL_MSG_CT_NEW = 0x100;
    public const ushort IPCTNL_MSG_CT_GET = 0x101;

    public const ushort CTA_TUPLE_ORIG = 1;
    public const ushort CTA_TUPLE_REPLY = 2;
    public const ushort CTA_TUPLE_IP = 1;
    public const ushort CTA_TUPLE_PROTO = 2;
    public const ushort CTA_IP_V4_SRC = 1;
    public const ushort CTA_IP_V4_DST = 2;
    public const ushort CTA_IP_V6_SRC = 3;
    public const ushort CTA_IP_V6_DST = 4;
    public const ushort CTA_PROTO_NUM = 1;
    public const ushort CTA_PROTO_SRC_PORT = 2;
    public const ushort CTA_PROTO_DST_PORT = 3;
    public const ushort CTA_PROTO_ICMP_ID = 4;
    public const ushort CTA_PROTO_ICMP_TYPE = 5;
    public const ushort CTA_PROTO_ICMP_CODE = 6;
    public const ushort CTA_PROTO_ICMPV6_ID = 7;
    public const ushort CTA_PROTO_ICMPV6_TYPE = 8;
    public const ushort CTA_PROTO_ICMPV6_CODE = 9;

    // IP protocol numbers
    public const byte ICMP = 1;
    public const byte TCP = 6;
    public const byte UDP = 17;
    public const byte DCCP = 33;
    public const byte ICMPV6 = 58;
    public const byte SCTP = 132;
    public const byte UDPLITE = 136;

    // RFC 792, RFC 4443
    public const byte ICMP_ECHOREPLY = 0;
    public const byte ICMP_ECHO = 8;
    public const byte ICMPV6_ECHO_REQUEST = 128;
    public const byte ICMPV6_ECHO_REPLY = 129;
}

internal static class HardwareType
{
    // linux/if_arp.h
    public const ushort ARPHRD_ETHER = 1;
    public const ushort ARPHRD_PPP = 512;
    public const ushort ARPHRD_RAWIP = 519;
    public const ushort ARPHRD_TUNNEL = 768;
    public const ushort ARPHRD_TUNNEL6 = 769;
    public const ushort ARPHRD_LOOPBACK = 772;
    public const ushort ARPHRD_SIT = 776;
    public const ushort ARPHRD_IPGRE = 778;
    public const ushort ARPHRD_IP6GRE = 823;
    public const ushort ARPHRD_NONE = 0xfffe;

    /// <summary>What a packet begins with in the programs, by the kind of hardware.</summary>
    public static LinkLayer LinkLayerOf(ushort type) =>
        type switch
        {
            ARPHRD_ETHER or ARPHRD_LOOPBACK => LinkLayer.Ethernet,
            ARPHRD_NONE
            or ARPHRD_RAWIP
            or ARPHRD_PPP
            or ARPHRD_TUNNEL
            or ARPHRD_TUNNEL6
            or ARPHRD_SIT
            or ARPHRD_IPGRE
            or ARPHRD_IP6GRE => LinkLayer.None,
            _ => LinkLayer.Unsupported,
        };
}
