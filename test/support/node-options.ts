/**
 * As the image sets it: requests make more short-lived objects than Node's default of 16 MB holds until they are done,
 * and what outlives that is collected at many times the cost.
 */
export const NODE_OPTIONS = '--max-semi-space-size=64';
