/** The drill on a pair in AWS: the operator makes the disaster, the drill measures. */
@NullMarked
package io.github.paymentdr.example.drill.deployed;

import org.jspecify.annotations.NullMarked;
