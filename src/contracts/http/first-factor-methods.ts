/** First factors that Gatehouse knows; callers may add their own as `x_…`. */
export const FIRST_FACTOR_METHODS = [
  'password',
  'webauthn',
  'email_link',
  'email_otp',
  'sms_otp',
  'federated',
  'certificate',
  'kerberos',
  'recovery_code',
  'device_code',
  'refresh_token',
] as const;
