//! Where the bodies are at the beginning, in the figures of the Computer Language Benchmarks Game.

use std::f64::consts::PI;

const SOLAR_MASS: f64 = 4.0 * PI * PI;
const DAYS_PER_YEAR: f64 = 365.24;

/// One body. Lengths are in astronomical units, times in years, masses such that the constant of gravity is 1.
#[derive(Clone, Copy)]
pub struct Body {
    /// Where it is.
    pub position: [f64; 3],
    /// How fast it moves.
    pub velocity: [f64; 3],
    /// How heavy it is.
    pub mass: f64,
}

impl Body {
    /// A planet, with its velocity in astronomical units a day and its mass in masses of the sun.
    fn planet(position: [f64; 3], velocity: [f64; 3], mass: f64) -> Self {
        Self {
            position,
            velocity: velocity.map(|component| component * DAYS_PER_YEAR),
            mass: mass * SOLAR_MASS,
        }
    }
}

/// The sun, Jupiter, Saturn, Uranus and Neptune, with the sun moving so that their momentum is nothing.
pub fn solar_system() -> [Body; 5] {
    let mut sun = Body {
        position: [0.0; 3],
        velocity: [0.0; 3],
        mass: SOLAR_MASS,
    };
    let planets = planets();
    for (axis, component) in sun.velocity.iter_mut().enumerate() {
        let momentum: f64 = planets.iter().map(|p| p.velocity[axis] * p.mass).sum();
        *component = -momentum / SOLAR_MASS;
    }
    let [jupiter, saturn, uranus, neptune] = planets;
    [sun, jupiter, saturn, uranus, neptune]
}

fn planets() -> [Body; 4] {
    [
        Body::planet(
            [4.841431442464721, -1.1603200440274284, -0.10362204447112311],
            [
                0.001660076642744037,
                0.007699011184197404,
                -6.90460016972063e-5,
            ],
            0.0009547919384243266,
        ),
        Body::planet(
            [8.34336671824458, 4.124798564124305, -0.4035234171143214],
            [
                -0.002767425107264119,
                0.004998528012349172,
                2.3041729757376393e-5,
            ],
            0.0002858859806661308,
        ),
        Body::planet(
            [
                12.894369562139131,
                -15.111151401698631,
                -0.22330757889265573,
            ],
            [
                0.002964601375647616,
                0.0023784717395948095,
                -2.9658956854023756e-5,
            ],
            4.366244043351563e-5,
        ),
        Body::planet(
            [15.379697114850917, -25.919314609987964, 0.17925877295037118],
            [
                0.0026806777249038932,
                0.001628241700382423,
                -9.515922545197159e-5,
            ],
            5.1513890204661145e-5,
        ),
    ]
}
