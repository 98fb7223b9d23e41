using System.Globalization;
using System.Text;
using NetMon.Core.Drops;

namespace NetMon.Core.Tests.Drops;

public class DropReasonTests
{
    [Fact]
    public void The_document_lists_every_reason_with_its_class_and_meaning()
    {
        var table = new StringBuilder("| Reason | Class | Meaning |\n|---|---|---|\n");
        foreach (var reason in DropReason.All)
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"| `{reason.Name}` | {reason.Class.ToString().ToLowerInvariant()} | {reason.Hint} |\n"
            );
        }

        DocumentedPart.Check("docs/drops.md", "reasons", table.ToString());
    }

    [Fact]
    public void Names_are_unique() => Assert.Distinct(DropReason.All.Select(reason => reason.Name));

    [Fact]
    public void What_is_not_in_the_table_is_a_loss()
    {
        var reason = DropReason.Find("A_YOUNGER_KERNELS");
        Assert.Equal(("A_YOUNGER_KERNELS", DropClass.Loss), (reason.Name, reason.Class));
    }
}
