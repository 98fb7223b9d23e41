using System.Reflection;
using Microsoft.Extensions.Logging;
using NetMon.Agent;
using NetMon.Kubernetes.Watching;
using NetMon.Verbs;

namespace NetMon.Tests.Shell;

/// <summary>A line of the log is known by its number.</summary>
public sealed class EventIdTests
{
    [Fact]
    public void No_two_messages_have_the_same_number()
    {
        Assembly[] assemblies =
        [
            typeof(FlowsVerb).Assembly,
            typeof(AgentHost).Assembly,
            typeof(ClusterWatch).Assembly,
        ];
        var messages = assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type =>
                type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            )
            .Select(method => (method.Name, method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId))
            .Where(message => message.EventId is not null)
            .ToArray();

        Assert.True(messages.Length > 70, $"{messages.Length} messages");
        Assert.Empty(
            messages
                .GroupBy(message => message.EventId)
                .Where(same => same.Count() > 1)
                .Select(same => $"{same.Key}: {string.Join(", ", same.Select(message => message.Name))}")
        );
    }
}
