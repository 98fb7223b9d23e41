using System.Security.Cryptography.X509Certificates;

namespace NetMon.Agent.Api.Access;

/// <summary>What the owner of a client certificate may do, by its subject.</summary>
internal sealed class CertificateRoles(IReadOnlyList<string> readers, IReadOnlyList<string> admins)
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";

    /// <summary>The role is <see cref="RouteAccess.Open"/> if the subject is in no list.</summary>
    public Caller Find(X509Certificate2 certificate)
    {
        var subjects = new List<string>();
        var name = certificate.Subject;
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements)
            {
                continue;
            }

            switch (part.GetSingleElementType().Value)
            {
                case CommonName when part.GetSingleElementValue() is { } common:
                    subjects.Add($"CN={common}");
                    name = common;
                    break;
                case Organization when part.GetSingleElementValue() is { } organization:
                    subjects.Add($"O={organization}");
                    break;
            }
        }

        var role =
            IsIn(admins, subjects) ? RouteAccess.Admin
            : IsIn(readers, subjects) ? RouteAccess.Read
            : RouteAccess.Open;
        return new Caller(name, role);
    }

    private static bool IsIn(IReadOnlyList<string> list, List<string> subjects) =>
        list.Any(item => item == "*" || subjects.Contains(item, StringComparer.Ordinal));
}
