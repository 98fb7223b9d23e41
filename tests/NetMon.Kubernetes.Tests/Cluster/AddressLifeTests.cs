using FsCheck.Fluent;
using NetMon.Testing.Properties;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

/// <summary>The rules of validity against pods whose true lives are known.</summary>
public sealed class AddressLifeTests
{
    private const string Unknown = "unknown?";

    [Fact]
    public void When_all_is_told_every_flow_is_on_the_pod_that_had_the_address() =>
        ForAll(life =>
        {
            var test = new ModelUnderTest();
            foreach (var (at, pod, isDeleted) in life.Messages(withFinished: true, withReady: true))
            {
                Tell(test, at, pod, isDeleted);
            }

            foreach (var (at, pod) in life.Flows())
            {
                AssertIsOn(pod, at, test);
            }
        });

    [Fact]
    public void Without_times_of_death_every_flow_is_on_its_pod_from_a_second_after_readiness_or_when_that_was_told() =>
        ForAll(life =>
        {
            var test = new ModelUnderTest();
            var told = new Dictionary<string, double>();
            foreach (var (at, pod, isDeleted) in life.Messages(withFinished: false, withReady: true))
            {
                Tell(test, at, pod, isDeleted);
                if (pod.Addresses.Count > 0)
                {
                    told.TryAdd(pod.Id.Name, at);
                }
            }

            foreach (
                var (at, pod) in life.Flows()
                    .Where(flow => flow.At >= Math.Min(flow.Pod.Ready + 1, told[flow.Pod.Name]))
            )
            {
                var who = test.Find(AddressLife.Ip, at).Endpoint.Pod;
                Assert.True(pod.Name == who, $"{who} for {pod.Name} at {at}");
            }
        });

    [Fact]
    public void Without_times_of_readiness_every_flow_is_on_its_pod_by_the_times_of_death() =>
        ForAll(life =>
        {
            var test = new ModelUnderTest();
            foreach (var (at, pod, isDeleted) in life.Messages(withFinished: true, withReady: false))
            {
                Tell(test, at, pod, isDeleted);
            }

            foreach (var (at, pod) in life.Flows())
            {
                AssertIsOn(pod, at, test);
            }
        });

    [Fact]
    public void A_final_answer_is_right_at_whatever_moment_it_is_asked_for() =>
        ForAll(life =>
        {
            var test = new ModelUnderTest();
            foreach (var (at, pod, isDeleted) in life.Messages(withFinished: true, withReady: true))
            {
                Tell(test, at, pod, isDeleted);

                // Flows that have begun by now, of pods whose end was asked for and told before the next one got the address.
                foreach (var (flowAt, truth) in life.Flows().Where(flow => flow.At <= at))
                {
                    var match = test.Find(AddressLife.Ip, flowAt);
                    if (match.Final && match.Endpoint.Pod != truth.Name)
                    {
                        var wrong = life.Pods.Single(other => other.Name == match.Endpoint.Pod);
                        Assert.True(
                            ToldOfAsked(life, wrong) > truth.Got,
                            $"{match.Endpoint.Pod} for {truth} at {flowAt}, told until {at}"
                        );
                    }
                }
            }
        });

    [Fact]
    public void Whatever_is_claimed_at_each_time_there_is_one_answer_and_what_ends_stays_ended() =>
        ForAll(life =>
        {
            // In any order, also one that no API server keeps.
            var test = new ModelUnderTest();
            foreach (var (at, pod, isDeleted) in life.Messages(false, true).Reverse())
            {
                Tell(test, 200 - at, pod, isDeleted);
                for (var version = test.Chain(AddressLife.Ip); version is not null; version = version.Next)
                {
                    Assert.True(version.Begin <= version.End);
                    Assert.True(version.FinalUntil <= version.End);
                    Assert.True(version.Next is null || version.Next.End <= version.Begin);
                }
            }
        });

    // What left within a second of the pod's making, before we heard of it, may as well be of another pod that never told its address.
    private static void AssertIsOn(TruePod pod, double at, ModelUnderTest test)
    {
        var who = test.Who(AddressLife.Ip, at);
        if (at >= pod.Started + 1 || who != Unknown)
        {
            Assert.True(pod.Name == who, $"{who} for {pod.Name} at {at}");
        }
    }

    private static double ToldOfAsked(AddressLife life, TruePod pod) =>
        life.Messages(true, true)
            .First(message => message.Pod.Id.Name == pod.Name && message.Pod.Deletion is not null)
            .At;

    private static void Tell(ModelUnderTest test, double at, Objects.PodObject pod, bool isDeleted)
    {
        test.Now = at;
        if (isDeleted)
        {
            test.Model.Pods.Delete(pod);
        }
        else
        {
            test.Model.Pods.Apply(pod);
        }
    }

    private static void ForAll(Action<AddressLife> check) =>
        Prop.ForAll(AddressLife.Generator.ToArbitrary(), check).Holds(1000);
}
