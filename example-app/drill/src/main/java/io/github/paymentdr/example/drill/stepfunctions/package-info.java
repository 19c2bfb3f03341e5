/**
 * State machines as they were synthesised, executed on this machine: an interpreter of the states
 * language in a process of Node, whose tasks are all done by Java.
 */
@org.jspecify.annotations.NullMarked
package io.github.paymentdr.example.drill.stepfunctions;
