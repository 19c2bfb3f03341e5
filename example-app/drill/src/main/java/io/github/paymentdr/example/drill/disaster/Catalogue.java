package io.github.paymentdr.example.drill.disaster;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** All disasters. */
public final class Catalogue {
  private static final List<Disaster> ALL = all();

  private Catalogue() {}

  private static List<Disaster> all() {
    List<Disaster> all = new ArrayList<>();
    all.add(new RegionKilled());
    all.add(new DatabaseKilled());
    all.add(new RegionsDisconnected());
    all.add(new ClientsCutOff());
    all.add(new RegionSlow());
    all.add(new RegionFrozen());
    Stream.concat(FailoverCrash.WAY.stream(), FailoverCrash.AGAIN.stream())
        .map(FailoverCrash::new)
        .forEach(all::add);
    all.add(new TwoFailoversAtOnce());
    all.add(new ClocksWrong());
    all.add(new DiskFull());
    all.add(new ReplicationBroken());
    all.add(new Flapping());
    all.add(new GiverLostInFailback());
    all.add(new TakerLostInFailback());
    return List.copyOf(all);
  }

  /** {@return all disasters, in the order of the report} */
  public static List<Disaster> disasters() {
    return ALL;
  }

  /** {@return those whose name is this one or begins with it} */
  public static List<Disaster> named(String nameOrBeginning) {
    List<Disaster> exact = ALL.stream().filter(one -> one.name().equals(nameOrBeginning)).toList();
    return exact.isEmpty()
        ? ALL.stream().filter(one -> one.name().startsWith(nameOrBeginning)).toList()
        : exact;
  }

  /** {@return those that any of the names picks, each once, in the order of the report} */
  public static List<Disaster> named(List<String> names) {
    Set<Disaster> picked = new LinkedHashSet<>();
    names.forEach(name -> picked.addAll(named(name)));
    return ALL.stream().filter(picked::contains).toList();
  }
}
