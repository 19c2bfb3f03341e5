package io.github.paymentdr.payments.network;

import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import com.google.common.primitives.Ints;
import java.util.List;
import java.util.regex.Pattern;

/** An IPv4 address range in CIDR notation. */
record CidrBlock(int address, int prefixLength) {
  /** In plain ASCII, and without zeros ahead, which some read as octal. */
  private static final Pattern FORM = Pattern.compile("[0-9.]+/(0|[1-9][0-9]?)");

  /**
   * Reads a block.
   *
   * @throws IllegalArgumentException if the text is not a block that starts at its own network
   *     address
   */
  static CidrBlock parse(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is not an IPv4 CIDR block");
    }
    List<String> parts = Splitter.on('/').splitToList(text);
    Integer prefix = parts.size() == 2 ? Ints.tryParse(parts.get(1)) : null;
    if (prefix == null
        || prefix < 0
        || prefix > 32
        || !InetAddresses.isInetAddress(parts.get(0))
        || parts.get(0).contains(":")) {
      throw new IllegalArgumentException("'" + text + "' is not an IPv4 CIDR block");
    }
    int address = InetAddresses.coerceToInteger(InetAddresses.forString(parts.get(0)));
    CidrBlock block = new CidrBlock(address, prefix);
    if ((address & block.mask()) != address) {
      throw new IllegalArgumentException(
          String.format(
              "'%s' has address bits beyond its prefix; write %s/%s",
              text, InetAddresses.fromInteger(address & block.mask()).getHostAddress(), prefix));
    }
    return block;
  }

  boolean overlaps(CidrBlock other) {
    int sharedMask = prefixLength < other.prefixLength ? mask() : other.mask();
    return (address & sharedMask) == (other.address & sharedMask);
  }

  private int mask() {
    return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
  }
}
