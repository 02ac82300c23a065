// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What losses ask of the axes of their operands, checked when the user's program compiles. Operands
// combine by name, so a missing axis would silently broadcast; a loss requires equal axes instead.
#pragma once

#include <gradus/options.hpp>

namespace gradus::detail {

/// Whether an operand has these axes. A plain number fits everywhere: it is meant to be the same for all.
template <operand T>
constexpr bool has_axes(const axis_names& axes) {
    return std::is_arithmetic_v<T> || axes.same_set(axes_of<expression_of<T>>);
}
template <fixed_string Loss, expression X, operand... T>
constexpr bool equal_axes() {
    constexpr bool same = (true && ... && has_axes<T>(axes_of<X>));
    return report::operands_have_equal_axes<report::axes_of_loss<Loss>, same>();
}
/// The target has the axes of the input without those that the loss sums over.
template <fixed_string Loss, expression X, operand T, fixed_string Axis>
constexpr bool labels_fit() {
    constexpr bool fit = has_axes<T>(axes_of<X>.without(names_in(over<Axis>)));
    return report::target_lacks_class_axis<report::axes_of_loss<Loss>, fit>();
}

/// The labels have a slot axis in place of the class axis.
template <fixed_string Loss, expression X, expression T, fixed_string Class, fixed_string Slot>
constexpr bool slots_fit() {
    constexpr bool fit = axes_of<T>.same_set(axes_of<X>.without(names_in(over<Class>)).joined(names_in(over<Slot>))) &&
                         !axes_of<X>.has(Slot.view());
    return report::labels_have_slots<report::axes_of_loss<Loss>, fit>();
}

/// A weight of elements, or none: any axes of the input.
template <fixed_string Loss, expression X, class W>
constexpr bool weight_fits() {
    if constexpr (given<W>)
        return report::weights_fit<report::axes_of_loss<Loss>, axes_of<X>.includes(axes_of<W>)>();
    else
        return true;
}
/// A weight of classes, or none: axes of the input, the class axis among them.
template <fixed_string Loss, expression X, class W, fixed_string Axis>
constexpr bool class_weights_fit() {
    if constexpr (given<W>)
        return report::weights_fit < report::axes_of_loss<Loss>,
               axes_of<X>.includes(axes_of<W>) && axes_of<W>.has(Axis.view()) > ();
    else
        return true;
}

/// Whether a target is labels, not a tensor with one value for each class.
template <class T, fixed_string Axis>
inline constexpr bool is_labels = !axes_of<T>.has(Axis.view());
template <fixed_string Declaration, fixed_string Axis>
inline constexpr bool is_labels<variable<Declaration, role::labels, any_integer_type>, Axis> = true;

}  // namespace gradus::detail
