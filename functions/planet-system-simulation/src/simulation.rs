//! How the bodies move, and their energy.

use crate::bodies::{solar_system, Body};

/// In years.
const STEP: f64 = 0.01;

/// The energy of the solar system before and after `steps` steps.
pub fn energies(steps: u32) -> (f64, f64) {
    let mut bodies = solar_system();
    let before = energy(&bodies);
    for _ in 0..steps {
        advance(&mut bodies);
    }
    (before, energy(&bodies))
}

fn advance(bodies: &mut [Body]) {
    for index in 1..bodies.len() {
        let (nearer, farther) = bodies.split_at_mut(index);
        for one in nearer {
            attract(one, &mut farther[0]);
        }
    }
    for body in bodies {
        for (position, velocity) in body.position.iter_mut().zip(body.velocity) {
            *position += STEP * velocity;
        }
    }
}

/// What the two bodies' gravity does to their velocities in one step.
fn attract(one: &mut Body, other: &mut Body) {
    let between = difference(one, other);
    let squared = square(between);
    let magnitude = STEP / (squared * squared.sqrt());
    for (axis, distance) in between.into_iter().enumerate() {
        one.velocity[axis] -= distance * other.mass * magnitude;
        other.velocity[axis] += distance * one.mass * magnitude;
    }
}

fn energy(bodies: &[Body]) -> f64 {
    let mut energy = 0.0;
    for (index, one) in bodies.iter().enumerate() {
        energy += 0.5 * one.mass * square(one.velocity);
        for other in &bodies[index + 1..] {
            energy -= one.mass * other.mass / square(difference(one, other)).sqrt();
        }
    }
    energy
}

fn difference(one: &Body, other: &Body) -> [f64; 3] {
    std::array::from_fn(|axis| one.position[axis] - other.position[axis])
}

fn square([x, y, z]: [f64; 3]) -> f64 {
    x * x + y * y + z * z
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(steps: u32) -> String {
        format!("{:.9}", energies(steps).1)
    }

    #[test]
    fn begins_with_the_published_energy() {
        assert_eq!(format!("{:.9}", energies(0).0), "-0.169075164");
        assert_eq!(after(0), "-0.169075164");
    }

    #[test]
    fn ends_with_the_published_energies() {
        assert_eq!(after(1000), "-0.169087605");
        assert_eq!(after(50_000), "-0.169078071");
        assert_eq!(after(500_000), "-0.169096567");
    }

    #[test]
    fn keeps_the_momentum_at_nothing() {
        let mut bodies = solar_system();
        for _ in 0..100 {
            advance(&mut bodies);
        }
        for axis in 0..3 {
            let momentum: f64 = bodies.iter().map(|b| b.velocity[axis] * b.mass).sum();
            assert!(momentum.abs() < 1e-15, "axis {axis}: {momentum}");
        }
    }
}
