namespace NetMon.Lab.Proxy;

public static class ProxyRules
{
    public static IProxyRules Of(ProxyMode mode) =>
        mode == ProxyMode.Nftables ? new NftablesRules() : new IptablesRules();
}
