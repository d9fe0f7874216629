using Leakstat.Fleet;

namespace Leakstat.Serve.Judging;

/// <summary>
/// Takes what the server learns of its hosts: for alerts, for engines that results are written to. Called on the
/// threads that judge, one call at a time for each; a listener that takes long queues for itself. What it throws is
/// told in the journal and ends nothing.
/// </summary>
internal interface IFleetNews
{
    /// <summary>A host was judged.</summary>
    /// <param name="host">Its latest diagnosis.</param>
    void Judged(JudgedHost host);

    /// <summary>All hosts were compared: causes, and what separates the hosts that have them.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="isWhole">
    /// Whether every host that the store had at the start was judged since: until then, what is not in the fleet may be
    /// there all the same.
    /// </param>
    void Compared(FleetReport fleet, bool isWhole);
}
