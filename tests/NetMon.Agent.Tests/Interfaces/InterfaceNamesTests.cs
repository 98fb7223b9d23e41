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

    [Fact]
    public void The_name_of_an_interface_that_came_back_stays_as_long_as_it_does()
    {
        var names = new InterfaceNames();
        names.Set(1, "eth1");
        names.Retire(1);
        names.Set(1, "eth1");
        for (var i = 2; i <= 5000; i++)
        {
            names.Set(i, $"veth{i}");
            names.Retire(i);
        }

        Assert.Equal("eth1", names.Find(1));
    }
}
