using System.Text;
using NetMon.Bpf.Drops;

namespace NetMon.Bpf.Tests.Drops;

public sealed class KernelSymbolsTests
{
    [Theory]
    [InlineData("ffffffff81000000 T startup_64\nffffffff81000040 t other\n", false)]
    [InlineData("0000000000000000 A first\nffffffff81000040 t other\t[module]\n", false)]
    [InlineData("0000000000000000 T startup_64\n0000000000000000 t other\n", true)]
    [InlineData("", true)]
    public void Addresses_are_hidden_where_each_function_is_at_0(string table, bool hidden)
    {
        using var text = new MemoryStream(Encoding.ASCII.GetBytes(table));
        Assert.Equal(hidden, KernelSymbols.AreHidden(text));
    }
}
