import { ATTACKERS, type Attacker } from './generator/event.ts';

/**
 * How often each kind of takeover is assumed to happen, for calibration alone: a probability needs a population of
 * attacks. Cheap ones are common, tailored ones rare. An assumption, not a measurement.
 */
export const ATTACK_MIXTURE: Readonly<Record<Attacker, number>> = {
  naive: 0.25,
  stuffing: 0.25,
  vpn: 0.12,
  targeted: 0.08,
  spray: 0.08,
  low_and_slow: 0.05,
  impossible_travel: 0.05,
  aitm: 0.05,
  session_replay: 0.03,
  very_targeted: 0.02,
  stealer: 0.015,
  stealer_bound: 0.005,
};

/** Weights that give attacks of these kinds the mixture's shares, whatever their numbers are; they add up to 1. */
export function mixtureWeights(
  counts: Readonly<Record<Attacker, number>>,
): Readonly<Record<Attacker, number>> {
  const present = ATTACKERS.filter((attacker) => counts[attacker] > 0);
  const total = present.reduce((sum, attacker) => sum + ATTACK_MIXTURE[attacker], 0);
  return Object.fromEntries(
    ATTACKERS.map((attacker) => [
      attacker,
      counts[attacker] > 0 ? ATTACK_MIXTURE[attacker] / total / counts[attacker] : 0,
    ]),
  ) as Record<Attacker, number>;
}
