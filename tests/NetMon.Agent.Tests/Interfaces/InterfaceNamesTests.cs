using NetMon.Agent.Interfaces;

namespace NetMon.Agent.Tests.Interfaces;

public sealed class InterfaceNamesTests
{
    [Fact]
    public void A_name_outlives_its_interface_but_not_for_ever()
    {
        var names = new InterfaceNames();
        for (var i = 1; i <= 5000; i++)
        {
            names.Set(i, $"veth{i}");
            names.Retire(i);
        }

        Assert.Null(names.Find(1));
        Assert.Equal("veth5000", names.Find(5000));
    }
}
