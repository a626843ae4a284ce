"""What runs beside a submission's code, in the process that is confined: it knows no check and no reference."""
