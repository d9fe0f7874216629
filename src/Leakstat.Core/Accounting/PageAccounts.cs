using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>
/// Physical memory as accounts that add up. From the page counters of sysctl where there are such, else from
/// <c>vmstat -s</c>, else from the rounded header of <c>top</c>: never mixed, because they are read at different
/// moments.
/// </summary>
internal static class PageAccounts
{
    /// <summary>Queue, sysctl below <c>vm.stats.vm</c>, key of <c>vmstat -s</c>, word of <c>top</c>.</summary>
    internal static readonly (string Account, string Sysctl, string Summary, string Top)[] Queues =
    [
        (AccountName.Wired, "v_wire_count", "wired-pages", "Wired"),
        (AccountName.Active, "v_active_count", "active-pages", "Active"),
        (AccountName.Inactive, "v_inactive_count", "inactive-pages", "Inact"),
        (AccountName.Laundry, "v_laundry_count", "laundry-pages", "Laundry"),
        (AccountName.Cache, "v_cache_count", "cache-pages", "Cache"),
        (AccountName.Free, "v_free_count", "free-pages", "Free"),
    ];

    /// <summary>The accounts; empty where the capture has no source.</summary>
    public static ImmutableArray<Account> Of(Capture capture)
    {
        ImmutableArray<Account> accounts = FromSysctl(capture);
        if (accounts.IsEmpty)
        {
            accounts = FromSummary(capture);
        }

        return accounts.IsEmpty ? FromTop(capture) : accounts;
    }

    private static ImmutableArray<Account> FromSysctl(Capture capture)
    {
        SysctlTable sysctls = capture.Sysctls;
        long? pageSize = capture.Host.PageSize?.Value;
        if (pageSize is not > 0 || sysctls.Number("vm.stats.vm.v_wire_count") is null)
        {
            return [];
        }

        ImmutableArray<Account>.Builder accounts = ImmutableArray.CreateBuilder<Account>();
        foreach ((string account, string sysctl, _, _) in Queues)
        {
            string name = "vm.stats.vm." + sysctl;
            if (sysctls.Number(name) is { } pages && !IsDeadCacheCount(account, capture))
            {
                accounts.Add(new Account(
                    account, Arithmetic.Multiply(pages.Value, pageSize.Value), $"{name} × page size", pages.At));
            }
        }

        if (sysctls.Number("vm.stats.vm.v_page_count") is { } managed)
        {
            long managedBytes = Arithmetic.Multiply(managed.Value, pageSize.Value);
            long queued = Arithmetic.Sum(accounts.Select(a => a.Bytes));
            accounts.Add(new Account(
                AccountName.QueueOverlap,
                Arithmetic.Subtract(managedBytes, queued),
                "vm.stats.vm.v_page_count × page size − all queues",
                managed.At));
            if (capture.Host.PhysicalMemory is { } physical)
            {
                accounts.Add(new Account(
                    AccountName.NotManaged,
                    Arithmetic.Subtract(physical.Value, managedBytes),
                    "hw.physmem − vm.stats.vm.v_page_count × page size",
                    physical.At));
            }
        }
        else
        {
            AddRest(capture, accounts);
        }

        return accounts.ToImmutable();
    }

    private static ImmutableArray<Account> FromSummary(Capture capture)
    {
        if (capture.Summary is not { } summary
            || (summary.Values.TryGetValue("bytes-per-page", out Reading printed) ? printed : capture.Host.PageSize)
                is not { Value: > 0 } pageSize)
        {
            return [];
        }

        ImmutableArray<Account>.Builder accounts = ImmutableArray.CreateBuilder<Account>();
        foreach ((string account, _, string key, _) in Queues)
        {
            if (summary.Values.TryGetValue(key, out Reading pages))
            {
                accounts.Add(new Account(
                    account,
                    Arithmetic.Multiply(pages.Value, pageSize.Value),
                    $"vmstat -s, {key} × page size",
                    pages.At));
            }
        }

        AddRest(capture, accounts);
        return accounts.ToImmutable();
    }

    private static ImmutableArray<Account> FromTop(Capture capture)
    {
        if (capture.Top is not { } top)
        {
            return [];
        }

        ImmutableArray<Account>.Builder accounts = ImmutableArray.CreateBuilder<Account>();
        foreach ((string account, _, _, string word) in Queues)
        {
            if (top.Memory.TryGetValue(word, out Reading bytes))
            {
                accounts.Add(new Account(account, bytes.Value, $"top, {word} (rounded)", bytes.At));
            }
        }

        AddRest(capture, accounts);
        return accounts.ToImmutable();
    }

    /// <summary>Without the number of managed pages the two remainders cannot be told apart.</summary>
    private static void AddRest(Capture capture, ImmutableArray<Account>.Builder accounts)
    {
        if (accounts.Count > 0 && capture.Host.PhysicalMemory is { } physical)
        {
            accounts.Add(new Account(
                AccountName.NotManaged,
                Arithmetic.Subtract(physical.Value, Arithmetic.Sum(accounts.Select(a => a.Bytes))),
                "hw.physmem − all queues (the queue overlap is in it)",
                physical.At));
        }
    }

    /// <summary>From 12.0 on the counter exists and is always 0: no account, rather than one of nothing.</summary>
    private static bool IsDeadCacheCount(string account, Capture capture) =>
        account == AccountName.Cache
        && (capture.Host.IsAtLeast(12) || capture.Sysctls.Number("vm.stats.vm.v_cache_count")?.Value == 0);
}
