"""Jobs (requisitions), their stages, hiring team and skills."""
