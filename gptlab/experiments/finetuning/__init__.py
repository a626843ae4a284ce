"""What lesson 07 trains and measures: four tasks on the little web, one network, few labels."""
