namespace Leakstat.Model;

/// <summary>Names of hosts, as manifests, collectors and outputs of one host write them.</summary>
public static class HostNaming
{
    /// <summary>
    /// Whether two names may be of one host: one may be without its domain, case does not count, and the collector
    /// writes <c>_</c> for what is no letter, digit, dot or hyphen.
    /// </summary>
    public static bool MayBeSame(string a, string b)
    {
        (string shorter, string longer) = a.Length <= b.Length ? (a, b) : (b, a);
        for (int i = 0; i < shorter.Length; i++)
        {
            char x = char.ToLowerInvariant(shorter[i]), y = char.ToLowerInvariant(longer[i]);
            if (x != y && !(x == '_' && !IsPlain(y)) && !(y == '_' && !IsPlain(x)))
            {
                return false;
            }
        }

        return longer.Length == shorter.Length || longer[shorter.Length] == '.';
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';
}
