/**
 * A number of steps, and the energy of the solar system before and after them. Where the function goes over pairs of
 * bodies and changes both, this sums up what pulls at each body, and adds in another order: so the two round apart, by
 * far less than the nine decimals they show.
 */
import { Buffer } from 'node:buffer';

const STEP_YEARS = 0.01;
const DAYS_PER_YEAR = 365.24;
const SOLAR_MASS = 4 * Math.PI ** 2;

/**
 * Jupiter, Saturn, Uranus and Neptune in the figures of the Computer Language Benchmarks Game: position in astronomical
 * units, velocity in those a day, mass in suns.
 */
const planets = [
  [4.841431442464721, -1.1603200440274284, -0.10362204447112311],
  [0.001660076642744037, 0.007699011184197404, -0.0000690460016972063],
  [0.0009547919384243266],
  [8.34336671824458, 4.124798564124305, -0.4035234171143214],
  [-0.002767425107264119, 0.004998528012349172, 0.000023041729757376393],
  [0.0002858859806661308],
  [12.894369562139131, -15.111151401698631, -0.22330757889265573],
  [0.002964601375647616, 0.0023784717395948095, -0.000029658956854023756],
  [0.00004366244043351563],
  [15.379697114850917, -25.919314609987964, 0.17925877295037118],
  [0.0026806777249038932, 0.001628241700382423, -0.00009515922545197159],
  [0.000051513890204661145],
].flat();

const BODIES = 5;
const FIGURES_OF_A_PLANET = 7;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step) {
  const steps = step.size;
  if (steps === undefined || !Number.isInteger(steps))
    throw new RangeError('size: expected a number of steps');
  return Buffer.from(String(steps));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const steps = Number(Buffer.from(input).toString('utf8'));
  const system = solarSystem();
  const before = energy(system);
  for (let step = 0; step < steps; step += 1) advance(system);
  return Buffer.from(`${before.toFixed(9)}\n${energy(system).toFixed(9)}\n`);
}

/** The sun first, and such that all momenta come to nothing; a column for each figure of a body. */
function solarSystem() {
  const sun = [0, 0, 0, 0, 0, 0, 1];
  const figures = [...sun, ...planets];
  /** @param {number} figure */
  const column = (figure) =>
    Float64Array.from({ length: BODIES }, (_, body) => figures[body * FIGURES_OF_A_PLANET + figure] ?? NaN);
  const [x, y, z] = [column(0), column(1), column(2)];
  const mass = column(6).map((suns) => suns * SOLAR_MASS);
  const [u, v, w] = [column(3), column(4), column(5)].map((perDay) => {
    const perYear = perDay.map((component) => component * DAYS_PER_YEAR);
    perYear[0] = -perYear.reduce((sum, component, body) => sum + component * at(mass, body), 0) / SOLAR_MASS;
    return perYear;
  });
  if (u === undefined || v === undefined || w === undefined)
    throw new Error('a velocity has three components');
  return { x, y, z, u, v, w, mass };
}

/** @typedef {ReturnType<typeof solarSystem>} System */

/** @param {System} system */
function advance({ x, y, z, u, v, w, mass }) {
  for (let body = 0; body < BODIES; body += 1) {
    let [pullX, pullY, pullZ] = [0, 0, 0];
    for (let other = 0; other < BODIES; other += 1) {
      if (other === body) continue;
      const dx = at(x, other) - at(x, body);
      const dy = at(y, other) - at(y, body);
      const dz = at(z, other) - at(z, body);
      const squared = dx * dx + dy * dy + dz * dz;
      const pull = at(mass, other) / (squared * Math.sqrt(squared));
      pullX += dx * pull;
      pullY += dy * pull;
      pullZ += dz * pull;
    }
    u[body] = at(u, body) + STEP_YEARS * pullX;
    v[body] = at(v, body) + STEP_YEARS * pullY;
    w[body] = at(w, body) + STEP_YEARS * pullZ;
  }
  for (let body = 0; body < BODIES; body += 1) {
    x[body] = at(x, body) + STEP_YEARS * at(u, body);
    y[body] = at(y, body) + STEP_YEARS * at(v, body);
    z[body] = at(z, body) + STEP_YEARS * at(w, body);
  }
}

/** @param {System} system */
function energy({ x, y, z, u, v, w, mass }) {
  let kinetic = 0;
  let potential = 0;
  for (let body = 0; body < BODIES; body += 1) {
    kinetic += (at(mass, body) * (at(u, body) ** 2 + at(v, body) ** 2 + at(w, body) ** 2)) / 2;
    for (let other = 0; other < body; other += 1) {
      const distance = Math.hypot(
        at(x, body) - at(x, other),
        at(y, body) - at(y, other),
        at(z, body) - at(z, other),
      );
      potential -= (at(mass, body) * at(mass, other)) / distance;
    }
  }
  return kinetic + potential;
}

/**
 * @param {Float64Array} column
 * @param {number} body
 */
function at(column, body) {
  return column[body] ?? NaN;
}
