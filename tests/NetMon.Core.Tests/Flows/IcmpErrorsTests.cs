using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Flows;

public class IcmpErrorsTests
{
    [Theory]
    // RFC 792, RFC 1122 section 3.2.2.1.
    [InlineData(3, 0, FlowCause.UnreachableNetwork)]
    [InlineData(3, 1, FlowCause.UnreachableHost)]
    [InlineData(3, 2, FlowCause.UnreachableProtocol)]
    [InlineData(3, 3, FlowCause.UnreachablePort)]
    [InlineData(3, 4, FlowCause.FragmentationNeeded)]
    [InlineData(3, 5, FlowCause.UnreachableNetwork)]
    [InlineData(3, 6, FlowCause.UnreachableNetwork)]
    [InlineData(3, 7, FlowCause.UnreachableHost)]
    [InlineData(3, 8, FlowCause.UnreachableHost)]
    [InlineData(3, 9, FlowCause.Prohibited)]
    [InlineData(3, 10, FlowCause.Prohibited)]
    [InlineData(3, 11, FlowCause.UnreachableNetwork)]
    [InlineData(3, 12, FlowCause.UnreachableHost)]
    // RFC 1812 section 5.2.7.1.
    [InlineData(3, 13, FlowCause.Prohibited)]
    [InlineData(3, 14, FlowCause.Prohibited)]
    [InlineData(3, 15, FlowCause.Prohibited)]
    [InlineData(4, 0, FlowCause.None)]
    [InlineData(5, 1, FlowCause.None)]
    [InlineData(11, 0, FlowCause.TimeExceeded)]
    [InlineData(11, 1, FlowCause.TimeExceeded)]
    [InlineData(12, 0, FlowCause.ParameterProblem)]
    [InlineData(0, 0, FlowCause.None)]
    public void An_ICMP_error_of_IPv4_has_the_cause_of_its_code(byte type, byte code, FlowCause cause)
    {
        Assert.Equal(cause, IcmpErrors.Cause(isIPv4: true, type, code));
    }

    [Theory]
    // RFC 4443 section 3.
    [InlineData(1, 0, FlowCause.UnreachableNetwork)]
    [InlineData(1, 1, FlowCause.Prohibited)]
    [InlineData(1, 2, FlowCause.UnreachableNetwork)]
    [InlineData(1, 3, FlowCause.UnreachableHost)]
    [InlineData(1, 4, FlowCause.UnreachablePort)]
    [InlineData(1, 5, FlowCause.Prohibited)]
    [InlineData(1, 6, FlowCause.Prohibited)]
    [InlineData(1, 7, FlowCause.UnreachableNetwork)]
    // RFC 8883 section 3.4.
    [InlineData(1, 8, FlowCause.ParameterProblem)]
    [InlineData(2, 0, FlowCause.FragmentationNeeded)]
    [InlineData(3, 0, FlowCause.TimeExceeded)]
    [InlineData(3, 1, FlowCause.TimeExceeded)]
    [InlineData(4, 0, FlowCause.ParameterProblem)]
    [InlineData(4, 1, FlowCause.UnreachableProtocol)]
    [InlineData(137, 0, FlowCause.None)]
    public void An_ICMP_error_of_IPv6_has_the_cause_of_its_code(byte type, byte code, FlowCause cause)
    {
        Assert.Equal(cause, IcmpErrors.Cause(isIPv4: false, type, code));
    }
}
