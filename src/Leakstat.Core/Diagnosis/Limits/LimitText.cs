using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Limits;

/// <summary>What reports say of a limit.</summary>
internal static class LimitText
{
    /// <summary>What happens at a limit: as it is now where it is met, and else as it will be.</summary>
    /// <param name="text">What happens, a sentence in the present tense.</param>
    /// <param name="isMet">Whether it is met.</param>
    /// <param name="weight">How much it matters; what is no trouble is said as it is.</param>
    public static string AtFull(string text, bool isMet, WhenFull weight = WhenFull.Trouble) =>
        isMet || weight != WhenFull.Trouble || text.Length < 2 ? text
        : char.IsAsciiLetterUpper(text[0]) && char.IsAsciiLetterLower(text[1])
            ? $"Once it is full: {char.ToLowerInvariant(text[0])}{text[1..]}"
        : $"Once it is full: {text}";

    /// <summary>
    /// What a setting stands at. The kernel reckons the book-keeping of swap itself, from the memory, where
    /// kern.maxswzone is 0 (<c>swap_pager_swap_init</c>, <c>sys/vm/swap_pager.c</c>): that is no limit of nothing.
    /// </summary>
    public static Evidence Setting(DiagnosisCase context, string name, Reading value)
    {
        if (name != LimitAdvice.SwapZone || value.Value != 0)
        {
            return Evidence.Of($"{name} is {Display.Count(value.Value)}", value);
        }

        string size = context.Sysctl("vm.swzone") is { Value: > 0 } own
            ? $", {Display.Bytes(own.Value)} (vm.swzone)"
            : "";
        return Evidence.Of($"{name} is 0: the kernel reckons the size itself{size}", value);
    }
}
